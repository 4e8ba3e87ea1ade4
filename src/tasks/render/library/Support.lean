prelude
/-
What certificates are stated in: the little of arithmetic that they need, in core Lean.

The embedded kernel has no library, so a file can import nothing and must begin with `prelude`. Everything is
declared under the names that Lean knows: the kernel computes Nat.add, sub, mul, div, mod, ble and beq on literals
by itself, and the definitions here say what it computes. Structures are inductive types and functions go by
recursor, as the usual commands need the library.
-/

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
noncomputable section
-- The compiler wants these two; a theorem that used them would show it under `#print axioms`.
unsafe axiom lcErased : Type
unsafe axiom lcAny : Type

inductive Eq.{u} {α : Sort u} : α → α → Prop where
  | refl (a : α) : Eq a a

inductive Bool : Type where
  | false : Bool
  | true : Bool

inductive Nat : Type where
  | zero : Nat
  | succ (n : Nat) : Nat

/-! Numerals -/

class inductive OfNat.{u} (α : Type u) (n : Nat) : Type u where
  | mk (value : α) : OfNat α n
def OfNat.ofNat.{u} {α : Type u} (n : Nat) [i : OfNat α n] : α := OfNat.rec (fun value => value) i
instance instOfNatNat (n : Nat) : OfNat Nat n := OfNat.mk n

inductive List.{u} (α : Type u) : Type u where
  | nil : List α
  | cons (head : α) (tail : List α) : List α

/-! Bool -/

def Bool.cond.{u} {α : Type u} (c : Bool) (a b : α) : α := Bool.rec b a c
def Bool.and (a b : Bool) : Bool := Bool.rec Bool.false b a
def Bool.or (a b : Bool) : Bool := Bool.rec b Bool.true a
def Bool.not (a : Bool) : Bool := Bool.rec Bool.true Bool.false a
def Bool.imp (a b : Bool) : Bool := Bool.rec Bool.true b a
def Bool.iff (a b : Bool) : Bool := Bool.rec (Bool.not b) b a
def Bool.xor (a b : Bool) : Bool := Bool.rec b (Bool.not b) a

/-! Nat; beyond a literal, `div` and `mod` count down from the dividend -/

def Nat.pred (n : Nat) : Nat := Nat.rec Nat.zero (fun k _ => k) n
def Nat.add (m n : Nat) : Nat := Nat.rec m (fun _ sum => Nat.succ sum) n
def Nat.sub (m n : Nat) : Nat := Nat.rec m (fun _ difference => Nat.pred difference) n
def Nat.mul (m n : Nat) : Nat := Nat.rec Nat.zero (fun _ product => Nat.add product m) n
def Nat.isZero (n : Nat) : Bool := Nat.rec Bool.true (fun _ _ => Bool.false) n
def Nat.ble (m n : Nat) : Bool := Nat.isZero (Nat.sub m n)
def Nat.beq (m n : Nat) : Bool := Bool.and (Nat.ble m n) (Nat.ble n m)
def Nat.div (m n : Nat) : Nat :=
  Nat.rec (fun _ => Nat.zero)
    (fun _ quotient rest => Bool.cond (Bool.and (Nat.ble n rest) (Nat.ble 1 n))
      (Nat.succ (quotient (Nat.sub rest n))) Nat.zero) m m
def Nat.mod (m n : Nat) : Nat := Nat.sub m (Nat.mul n (Nat.div m n))

/-! Int; `div` and `mod` truncate towards zero -/

inductive Int : Type where
  | ofNat (n : Nat) : Int
  | negSucc (n : Nat) : Int
instance instOfNatInt (n : Nat) : OfNat Int n := OfNat.mk (Int.ofNat n)

def Int.subNatNat (m n : Nat) : Int :=
  Bool.cond (Nat.ble n m) (Int.ofNat (Nat.sub m n)) (Int.negSucc (Nat.pred (Nat.sub n m)))
def Int.neg (a : Int) : Int := Int.rec (fun n => Int.subNatNat 0 n) (fun n => Int.ofNat (Nat.succ n)) a
def Int.add (a b : Int) : Int :=
  Int.rec
    (fun m => Int.rec (fun n => Int.ofNat (Nat.add m n)) (fun n => Int.subNatNat m (Nat.succ n)) b)
    (fun m => Int.rec (fun n => Int.subNatNat n (Nat.succ m))
      (fun n => Int.negSucc (Nat.succ (Nat.add m n))) b) a
def Int.sub (a b : Int) : Int :=
  Int.rec
    (fun m => Int.rec (fun n => Int.subNatNat m n) (fun n => Int.ofNat (Nat.add m (Nat.succ n))) b)
    (fun m => Int.rec (fun n => Int.negSucc (Nat.add m n)) (fun n => Int.subNatNat n m) b) a
def Int.natAbs (a : Int) : Nat := Int.rec (fun n => n) (fun n => Nat.succ n) a
def Int.isNegative (a : Int) : Bool := Int.rec (fun _ => Bool.false) (fun _ => Bool.true) a
def Int.signed (negative : Bool) (n : Nat) : Int := Bool.cond negative (Int.subNatNat 0 n) (Int.ofNat n)
def Int.mul (a b : Int) : Int :=
  Int.signed (Bool.xor (Int.isNegative a) (Int.isNegative b)) (Nat.mul (Int.natAbs a) (Int.natAbs b))
def Int.div (a b : Int) : Int :=
  Int.signed (Bool.xor (Int.isNegative a) (Int.isNegative b)) (Nat.div (Int.natAbs a) (Int.natAbs b))
def Int.mod (a b : Int) : Int := Int.signed (Int.isNegative a) (Nat.mod (Int.natAbs a) (Int.natAbs b))
def Int.abs (a : Int) : Int := Int.rec (fun n => Int.ofNat n) (fun n => Int.ofNat (Nat.succ n)) a
def Int.ble (a b : Int) : Bool :=
  Int.rec
    (fun m => Int.rec (fun n => Nat.ble m n) (fun _ => Bool.false) b)
    (fun m => Int.rec (fun _ => Bool.true) (fun n => Nat.ble n m) b) a
def Int.blt (a b : Int) : Bool :=
  Int.rec
    (fun m => Int.rec (fun n => Nat.ble (Nat.succ m) n) (fun _ => Bool.false) b)
    (fun m => Int.rec (fun _ => Bool.true) (fun n => Nat.ble (Nat.succ n) m) b) a
def Int.beq (a b : Int) : Bool :=
  Int.rec
    (fun m => Int.rec (fun n => Nat.beq m n) (fun _ => Bool.false) b)
    (fun m => Int.rec (fun _ => Bool.false) (fun n => Nat.beq m n) b) a
def Int.min (a b : Int) : Int := Bool.cond (Int.ble a b) a b
def Int.max (a b : Int) : Int := Bool.cond (Int.ble a b) b a
def Bool.toInt (a : Bool) : Int := Bool.cond a 1 0
def Int.isBetween (a low high : Int) : Bool := Bool.and (Int.ble low a) (Int.ble a high)
def Int.isIn (a : Int) (members : List Int) : Bool :=
  List.rec Bool.false (fun member _ found => Bool.or (Int.beq a member) found) members

/-! Points -/

inductive Point : Type where
  | mk (x1 x2 x3 x4 x5 x6 x7 x8 : Int) : Point
def Point.x1 (x : Point) : Int := Point.rec (fun a _ _ _ _ _ _ _ => a) x
def Point.x2 (x : Point) : Int := Point.rec (fun _ a _ _ _ _ _ _ => a) x
def Point.x3 (x : Point) : Int := Point.rec (fun _ _ a _ _ _ _ _ => a) x
def Point.x4 (x : Point) : Int := Point.rec (fun _ _ _ a _ _ _ _ => a) x
def Point.x5 (x : Point) : Int := Point.rec (fun _ _ _ _ a _ _ _ => a) x
def Point.x6 (x : Point) : Int := Point.rec (fun _ _ _ _ _ a _ _ => a) x
def Point.x7 (x : Point) : Int := Point.rec (fun _ _ _ _ _ _ a _ => a) x
def Point.x8 (x : Point) : Int := Point.rec (fun _ _ _ _ _ _ _ a => a) x
