prelude
import Order
/-
Lean's own tactic `decide +kernel`, which leaves an evaluation to the kernel alone. `Eq.refl Bool.true` proves the same,
but is evaluated by the elaborator first, which is slower.

Each Lean has the tactic, but how it is written is declared in Lean's library, which certificates do without. So its
parser is declared here, as what it is compiled to in the library's shared object. That needs no trust: the kernel
judges the term that the tactic makes, and `#print axioms` shows what a theorem rests on.

Where the tactic fails, a file like these has no message of it, as that would need the library, too: the theorem is then
not there. So its `#print axioms` has to follow each theorem that is proved by it, and says whether it holds.
-/

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
noncomputable section

/-! The term that the tactic makes -/

def id.{u} {α : Sort u} (a : α) : α := a
def Not (p : Prop) : Prop := p → False
class inductive Decidable (p : Prop) : Type where
  | isFalse (h : Not p) : Decidable p
  | isTrue (h : p) : Decidable p
def Decidable.decide (p : Prop) [i : Decidable p] : Bool := Decidable.rec (fun _ => Bool.false) (fun _ => Bool.true) i
theorem of_decide_eq_true {p : Prop} [i : Decidable p] : Eq (Decidable.decide p) Bool.true → p :=
  Decidable.rec (motive := fun i => Eq (@Decidable.decide p i) Bool.true → p) (fun _ h => Bool.absurd h) (fun h _ => h) i
instance instDecidableIsTrue (b : Bool) : Decidable (Eq b Bool.true) :=
  Bool.rec (motive := fun b => Decidable (Eq b Bool.true)) (Decidable.isFalse (fun h => Bool.absurd h))
    (Decidable.isTrue (Eq.refl _)) b

/-! Its parser -/

inductive Lean.ParserDescr : Type where
  | mk
@[extern "l_Lean_Parser_Tactic_decide", tactic_parser]
opaque Lean.Parser.Tactic.decide : Lean.ParserDescr := Lean.ParserDescr.mk
