prelude
import Decide
/-
Box trees: how certificates prove that no point meets a formula.

A box gives an interval to each of some linear forms over the point. A term knows bounds of a formula's value on any
box, with the proof that they are bounds; terms are put together as formulas are. A tree splits a box until on each
part the formula cannot be true.
-/

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
set_option linter.unusedVariables false
noncomputable section

inductive Or (a b : Prop) : Prop where
  | inl (h : a) : Or a b
  | inr (h : b) : Or a b

/-! Linear forms: a constant and the coefficients of x1 to x8; what is missing at the end is 0 -/

def Int.one : Int := Int.ofNat 1
def Linear.value (coefficients vector : List Int) : Int :=
  List.rec (motive := fun _ => List Int → Int) (fun _ => Int.ofNat 0)
    (fun c _ rest vector => List.rec (motive := fun _ => Int) (Int.ofNat 0)
      (fun v others _ => Int.add (Int.mul c v) (rest others)) vector) coefficients vector
def Linear.plus (a b : List Int) : List Int :=
  List.rec (motive := fun _ => List Int → List Int) (fun b => b)
    (fun c others rest b => List.rec (motive := fun _ => List Int) (List.cons c others)
      (fun d b _ => List.cons (Int.add c d) (rest b)) b) a b
def Linear.scale (m : Int) (a : List Int) : List Int :=
  List.rec (motive := fun _ => List Int) List.nil (fun c _ rest => List.cons (Int.mul m c) rest) a
def Linear.negate (a : List Int) : List Int :=
  List.rec (motive := fun _ => List Int) List.nil (fun c _ rest => List.cons (Int.neg c) rest) a
/-- m times a; most factors are 1 or -1. -/
def Linear.times (m : Int) (a : List Int) : List Int :=
  Bool.cond (Int.beq m Int.one) a (Bool.cond (Int.beq m (Int.negSucc 0)) (Linear.negate a) (Linear.scale m a))
def Linear.isZero (a : List Int) : Bool :=
  List.rec (motive := fun _ => Bool) Bool.true (fun c _ rest => Bool.and (Int.beq c (Int.ofNat 0)) rest) a
def Linear.constant (c : Int) : List Int := List.cons c List.nil
def Linear.minus (a b : List Int) : List Int := Linear.plus a (Linear.times (Int.negSucc 0) b)
def Point.vector (x : Point) : List Int :=
  List.cons Int.one (List.cons x.x1 (List.cons x.x2 (List.cons x.x3 (List.cons x.x4 (List.cons x.x5
    (List.cons x.x6 (List.cons x.x7 (List.cons x.x8 List.nil))))))))
def Linear.at (a : List Int) (x : Point) : Int := Linear.value a (Point.vector x)

theorem Linear.value_nil (a : List Int) : Eq (Linear.value a List.nil) (Int.ofNat 0) :=
  List.rec (motive := fun a => Eq (Linear.value a List.nil) (Int.ofNat 0)) (Eq.refl _) (fun _ _ _ => Eq.refl _) a
theorem Linear.value_plus (a : List Int) :
    (b v : List Int) → Eq (Linear.value (Linear.plus a b) v) (Int.add (Linear.value a v) (Linear.value b v)) :=
  List.rec (motive := fun a => (b v : List Int) →
      Eq (Linear.value (Linear.plus a b) v) (Int.add (Linear.value a v) (Linear.value b v)))
    (fun b v => Eq.symm (Int.zero_add (Linear.value b v)))
    (fun c a h b => List.rec (motive := fun b => (v : List Int) →
        Eq (Linear.value (Linear.plus (List.cons c a) b) v)
          (Int.add (Linear.value (List.cons c a) v) (Linear.value b v)))
      (fun v => Eq.symm (Int.add_zero (Linear.value (List.cons c a) v)))
      (fun d b _ v => List.rec (motive := fun v =>
          Eq (Linear.value (Linear.plus (List.cons c a) (List.cons d b)) v)
            (Int.add (Linear.value (List.cons c a) v) (Linear.value (List.cons d b) v)))
        (Eq.refl _)
        (fun u v _ => Eq.trans (congr₂ Int.add (Int.add_mul c d u) (h b v))
          (Int.add_exchange (Int.mul c u) (Int.mul d u) (Linear.value a v) (Linear.value b v))) v) b) a
theorem Linear.value_scale (m : Int) (a : List Int) :
    (v : List Int) → Eq (Linear.value (Linear.scale m a) v) (Int.mul m (Linear.value a v)) :=
  List.rec (motive := fun a => (v : List Int) →
      Eq (Linear.value (Linear.scale m a) v) (Int.mul m (Linear.value a v)))
    (fun _ => Eq.symm (Int.mul_zero m))
    (fun c a h v => List.rec (motive := fun v =>
        Eq (Linear.value (Linear.scale m (List.cons c a)) v) (Int.mul m (Linear.value (List.cons c a) v)))
      (Eq.symm (Int.mul_zero m))
      (fun u v _ => Eq.trans (congr₂ Int.add (Int.mul_assoc m c u) (h v))
        (Eq.symm (Int.mul_add m (Int.mul c u) (Linear.value a v)))) v) a
theorem Int.minus_one_mul (a : Int) : Eq (Int.mul (Int.negSucc 0) a) (Int.neg a) :=
  Eq.trans (Int.neg_mul Int.one a) (congr Int.neg (Int.one_mul a))
theorem Linear.value_negate (a : List Int) : (v : List Int) → Eq (Linear.value (Linear.negate a) v) (Int.neg (Linear.value a v)) :=
  List.rec (motive := fun a => (v : List Int) → Eq (Linear.value (Linear.negate a) v) (Int.neg (Linear.value a v)))
    (fun _ => Eq.refl _)
    (fun c a h v => List.rec (motive := fun v =>
        Eq (Linear.value (Linear.negate (List.cons c a)) v) (Int.neg (Linear.value (List.cons c a) v)))
      (Eq.refl _)
      (fun u v _ => Eq.trans (congr₂ Int.add (Int.neg_mul c u) (h v)) (Eq.symm (Int.neg_add (Int.mul c u) (Linear.value a v)))) v) a
theorem Int.eq_of_beq (a b : Int) (h : Eq (Int.beq a b) Bool.true) : And (Int.Le a b) (Int.Le b a) :=
  And.intro (Int.Le.of_ble (Bool.left (Eq.trans (Eq.symm (Int.beq_eq a b)) h)))
    (Int.Le.of_ble (Bool.right (Eq.trans (Eq.symm (Int.beq_eq a b)) h)))
theorem Nat.eq_zero_of_add (n k : Nat) : Eq (Nat.add n k) Nat.zero → Eq n Nat.zero :=
  Nat.rec (motive := fun k => Eq (Nat.add n k) Nat.zero → Eq n Nat.zero) (fun h => h)
    (fun _ _ h => Bool.absurd (congr Nat.isZero h)) k
theorem Int.Le.antisymm {a b : Int} (h : Int.Le a b) (k : Int.Le b a) : Eq a b :=
  Int.Le.elim h (fun m e => Int.Le.elim k (fun n f =>
    Eq.trans (Eq.symm (Int.add_zero a)) (Eq.trans
      (congr (fun k => Int.add a (Int.ofNat k))
        (Eq.symm (Nat.eq_zero_of_add m n
          (congr Int.natAbs
            (Eq.trans (Eq.symm (Int.neg_add_cancel a (Int.ofNat (Nat.add m n))))
              (Eq.trans (congr (Int.add (Int.neg a))
                (Eq.trans (Eq.symm (Int.add_assoc a (Int.ofNat m) (Int.ofNat n)))
                  (Eq.trans (congr (fun s => Int.add s (Int.ofNat n)) e) f)))
                (Eq.trans (Int.add_comm (Int.neg a) a) (Int.add_neg a))))))))
      e)))
theorem Int.of_beq {a b : Int} (h : Eq (Int.beq a b) Bool.true) : Eq a b := And.rec (fun l m => Int.Le.antisymm l m) (Int.eq_of_beq a b h)
theorem Linear.value_times (m : Int) (a v : List Int) : Eq (Linear.value (Linear.times m a) v) (Int.mul m (Linear.value a v)) :=
  Bool.rec (motive := fun c => Eq (Int.beq m Int.one) c → Eq (Linear.value (Bool.cond c a
      (Bool.cond (Int.beq m (Int.negSucc 0)) (Linear.negate a) (Linear.scale m a))) v) (Int.mul m (Linear.value a v)))
    (fun _ => Bool.rec (motive := fun c => Eq (Int.beq m (Int.negSucc 0)) c →
        Eq (Linear.value (Bool.cond c (Linear.negate a) (Linear.scale m a)) v) (Int.mul m (Linear.value a v)))
      (fun _ => Linear.value_scale m a v)
      (fun e => Eq.trans (Linear.value_negate a v) (Eq.trans (Eq.symm (Int.minus_one_mul (Linear.value a v)))
        (congr (fun m => Int.mul m (Linear.value a v)) (Eq.symm (Int.of_beq e)))))
      (Int.beq m (Int.negSucc 0)) (Eq.refl _))
    (fun e => Eq.trans (Eq.symm (Int.one_mul (Linear.value a v))) (congr (fun m => Int.mul m (Linear.value a v)) (Eq.symm (Int.of_beq e))))
    (Int.beq m Int.one) (Eq.refl _)
theorem Linear.value_minus (a b v : List Int) :
    Eq (Linear.value (Linear.minus a b) v) (Int.add (Linear.value a v) (Int.neg (Linear.value b v))) :=
  Eq.trans (Linear.value_plus a (Linear.times (Int.negSucc 0) b) v)
    (congr (Int.add (Linear.value a v))
      (Eq.trans (Linear.value_times (Int.negSucc 0) b v) (Int.minus_one_mul (Linear.value b v))))
theorem Linear.at_constant (c : Int) (x : Point) : Eq (Linear.at (Linear.constant c) x) c :=
  Eq.trans (Int.add_zero (Int.mul c Int.one)) (Int.mul_one c)
theorem Linear.value_zero (a : List Int) : (v : List Int) → Eq (Linear.isZero a) Bool.true → Eq (Linear.value a v) (Int.ofNat 0) :=
  List.rec (motive := fun a => (v : List Int) → Eq (Linear.isZero a) Bool.true → Eq (Linear.value a v) (Int.ofNat 0))
    (fun _ _ => Eq.refl _)
    (fun c a h v z => List.rec (motive := fun v => Eq (Linear.value (List.cons c a) v) (Int.ofNat 0)) (Eq.refl _)
      (fun u v _ => congr₂ Int.add
        (Eq.trans (congr (fun c => Int.mul c u)
          (And.rec (fun l m => Int.Le.antisymm l m) (Int.eq_of_beq c (Int.ofNat 0) (Bool.left z)))) (Int.zero_mul u))
        (h v (Bool.right z))) v) a

theorem Int.ofNat_nonneg (n : Nat) : Int.Le (Int.ofNat 0) (Int.ofNat n) := Int.Le.intro n (Int.zero_add (Int.ofNat n))

def Linear.same (a b : List Int) : Bool :=
  List.rec (motive := fun _ => List Int → Bool) (fun b => Linear.isZero b)
    (fun c others rest b => List.rec (motive := fun _ => Bool) (Linear.isZero (List.cons c others))
      (fun d b _ => Bool.and (Int.beq c d) (rest b)) b) a b
theorem Linear.value_same (a : List Int) : (b v : List Int) → Eq (Linear.same a b) Bool.true → Eq (Linear.value a v) (Linear.value b v) :=
  List.rec (motive := fun a => (b v : List Int) → Eq (Linear.same a b) Bool.true → Eq (Linear.value a v) (Linear.value b v))
    (fun b v h => Eq.symm (Linear.value_zero b v h))
    (fun c a h b => List.rec (motive := fun b => (v : List Int) → Eq (Linear.same (List.cons c a) b) Bool.true →
        Eq (Linear.value (List.cons c a) v) (Linear.value b v))
      (fun v z => Linear.value_zero (List.cons c a) v z)
      (fun d b _ v e => List.rec (motive := fun v => Eq (Linear.value (List.cons c a) v) (Linear.value (List.cons d b) v)) (Eq.refl _)
        (fun u v _ => congr₂ Int.add (congr (fun c => Int.mul c u) (Int.of_beq (Bool.left e))) (h b v (Bool.right e))) v) b) a

/-! Boxes -/

/-- The least and the greatest value of each form, by its number. -/
inductive Box : Type where
  | mk (low high : Nat → Int) : Box
def Box.low (b : Box) : Nat → Int := Box.rec (fun low _ => low) b
def Box.high (b : Box) : Nat → Int := Box.rec (fun _ high => high) b
def Box.atMost (b : Box) (j : Nat) (k : Int) : Box :=
  Box.mk (Box.low b) (fun i => Bool.cond (Nat.beq i j) k (Box.high b i))
def Box.atLeast (b : Box) (j : Nat) (k : Int) : Box :=
  Box.mk (fun i => Bool.cond (Nat.beq i j) k (Box.low b i)) (Box.high b)

/-- That a point lies in a box. -/
inductive Box.Holds (form : Nat → List Int) (b : Box) (x : Point) : Prop where
  | intro (low : (j : Nat) → Int.Le (Box.low b j) (Linear.at (form j) x))
      (high : (j : Nat) → Int.Le (Linear.at (form j) x) (Box.high b j)) : Box.Holds form b x
theorem Box.Holds.low {form : Nat → List Int} {b : Box} {x : Point} (h : Box.Holds form b x) :
    (j : Nat) → Int.Le (Box.low b j) (Linear.at (form j) x) :=
  Box.Holds.rec (motive := fun _ => (j : Nat) → Int.Le (Box.low b j) (Linear.at (form j) x)) (fun low _ => low) h
theorem Box.Holds.high {form : Nat → List Int} {b : Box} {x : Point} (h : Box.Holds form b x) :
    (j : Nat) → Int.Le (Linear.at (form j) x) (Box.high b j) :=
  Box.Holds.rec (motive := fun _ => (j : Nat) → Int.Le (Linear.at (form j) x) (Box.high b j)) (fun _ high => high) h

theorem Nat.sub_zero_eq (m n : Nat) (h : Eq (Nat.ble m n) Bool.true) (k : Eq (Nat.ble n m) Bool.true) : Eq m n :=
  congr Int.natAbs (Int.Le.antisymm (a := Int.ofNat m) (b := Int.ofNat n)
    (Int.Le.of_ble (a := Int.ofNat m) (b := Int.ofNat n) h) (Int.Le.of_ble (a := Int.ofNat n) (b := Int.ofNat m) k))
theorem Nat.eq_of_beq {m n : Nat} (h : Eq (Nat.beq m n) Bool.true) : Eq m n :=
  Nat.sub_zero_eq m n (Bool.left h) (Bool.right h)

theorem Box.Holds.atMost {form : Nat → List Int} {b : Box} {x : Point} (h : Box.Holds form b x) (j : Nat) (k : Int)
    (e : Int.Le (Linear.at (form j) x) k) : Box.Holds form (Box.atMost b j k) x :=
  Box.Holds.intro (fun i => Box.Holds.low h i)
    (fun i => Bool.rec (motive := fun c => Eq (Nat.beq i j) c → Int.Le (Linear.at (form i) x) (Bool.cond c k (Box.high b i)))
      (fun _ => Box.Holds.high h i)
      (fun c => Eq.subst (p := fun i => Int.Le (Linear.at (form i) x) k) (Eq.symm (Nat.eq_of_beq c)) e)
      (Nat.beq i j) (Eq.refl _))
theorem Box.Holds.atLeast {form : Nat → List Int} {b : Box} {x : Point} (h : Box.Holds form b x) (j : Nat) (k : Int)
    (e : Int.Le k (Linear.at (form j) x)) : Box.Holds form (Box.atLeast b j k) x :=
  Box.Holds.intro
    (fun i => Bool.rec (motive := fun c => Eq (Nat.beq i j) c → Int.Le (Bool.cond c k (Box.low b i)) (Linear.at (form i) x))
      (fun _ => Box.Holds.low h i)
      (fun c => Eq.subst (p := fun i => Int.Le k (Linear.at (form i) x)) (Eq.symm (Nat.eq_of_beq c)) e)
      (Nat.beq i j) (Eq.refl _))
    (fun i => Box.Holds.high h i)

/-! Products with a known factor -/

def Int.atSign (m negative positive : Int) : Int := Int.mul m (Bool.cond (Int.isNegative m) negative positive)
theorem Int.Le.scale (m : Int) {low high v : Int} (l : Int.Le low v) (h : Int.Le v high) :
    Int.Le (Int.atSign m high low) (Int.mul m v) :=
  Int.rec (motive := fun m => Int.Le (Int.atSign m high low) (Int.mul m v))
    (fun n => Int.Le.elim l (fun k e => Int.Le.intro (Nat.mul n k)
      (Eq.trans (Eq.symm (Int.mul_add (Int.ofNat n) low (Int.ofNat k))) (congr (Int.mul (Int.ofNat n)) e))))
    (fun n => Int.Le.elim h (fun k e => Int.Le.intro (Nat.mul (Nat.succ n) k)
      (Eq.trans (congr (fun s => Int.add s (Int.ofNat (Nat.mul (Nat.succ n) k)))
          (Eq.trans (congr (Int.mul (Int.negSucc n)) (Eq.symm e)) (Int.mul_add (Int.negSucc n) v (Int.ofNat k))))
        (Eq.trans (Int.add_assoc (Int.mul (Int.negSucc n) v) (Int.mul (Int.negSucc n) (Int.ofNat k)) (Int.ofNat (Nat.mul (Nat.succ n) k)))
          (Eq.trans (congr (Int.add (Int.mul (Int.negSucc n) v))
            (Eq.trans (congr (fun s => Int.add s (Int.ofNat (Nat.mul (Nat.succ n) k))) (Int.neg_mul (Int.ofNat (Nat.succ n)) (Int.ofNat k)))
              (Eq.trans (Int.add_comm (Int.neg (Int.ofNat (Nat.mul (Nat.succ n) k))) (Int.ofNat (Nat.mul (Nat.succ n) k)))
                (Int.add_neg (Int.ofNat (Nat.mul (Nat.succ n) k))))))
            (Int.add_zero (Int.mul (Int.negSucc n) v))))))) m
theorem Int.Le.scale_high (m : Int) {low high v : Int} (l : Int.Le low v) (h : Int.Le v high) :
    Int.Le (Int.mul m v) (Int.atSign m low high) :=
  Eq.subst (p := fun a => Int.Le a (Int.atSign m low high)) (Int.neg_neg (Int.mul m v))
    (Eq.subst (p := fun a => Int.Le (Int.neg (Int.neg (Int.mul m v))) a)
      (Bool.rec (motive := fun c => Eq (Int.neg (Int.mul m (Bool.cond c (Int.neg low) (Int.neg high)))) (Int.mul m (Bool.cond c low high)))
        (Eq.trans (congr Int.neg (Int.mul_neg m high)) (Int.neg_neg (Int.mul m high)))
        (Eq.trans (congr Int.neg (Int.mul_neg m low)) (Int.neg_neg (Int.mul m low)))
        (Int.isNegative m))
      (Int.Le.neg (Eq.subst (p := fun a => Int.Le (Int.atSign m (Int.neg low) (Int.neg high)) a) (Int.mul_neg m v)
        (Int.Le.scale m (Int.Le.neg h) (Int.Le.neg l)))))

/-! Linear terms -/

/-- That f is a linear form. -/
inductive LinearTerm (f : Point → Int) : Type where
  | mk (coefficients : List Int) (sound : (x : Point) → Eq (Linear.at coefficients x) (f x)) : LinearTerm f
def LinearTerm.coefficients {f : Point → Int} (t : LinearTerm f) : List Int := LinearTerm.rec (fun a _ => a) t
theorem LinearTerm.sound {f : Point → Int} (t : LinearTerm f) : (x : Point) → Eq (Linear.at (LinearTerm.coefficients t) x) (f x) :=
  LinearTerm.rec (motive := fun t => (x : Point) → Eq (Linear.at (LinearTerm.coefficients t) x) (f x)) (fun _ h => h) t
def LinearTerm.constant (c : Int) : LinearTerm (fun _ => c) := LinearTerm.mk (Linear.constant c) (fun x => Linear.at_constant c x)
def LinearTerm.add {f g : Point → Int} (s : LinearTerm f) (t : LinearTerm g) : LinearTerm (fun x => Int.add (f x) (g x)) :=
  LinearTerm.mk (Linear.plus (LinearTerm.coefficients s) (LinearTerm.coefficients t)) (fun x =>
    Eq.trans (Linear.value_plus (LinearTerm.coefficients s) (LinearTerm.coefficients t) (Point.vector x))
      (congr₂ Int.add (LinearTerm.sound s x) (LinearTerm.sound t x)))
def LinearTerm.scale (c : Int) {f : Point → Int} (t : LinearTerm f) : LinearTerm (fun x => Int.mul c (f x)) :=
  LinearTerm.mk (Linear.times c (LinearTerm.coefficients t)) (fun x =>
    Eq.trans (Linear.value_times c (LinearTerm.coefficients t) (Point.vector x)) (congr (Int.mul c) (LinearTerm.sound t x)))
def LinearTerm.cast {f g : Point → Int} (h : (x : Point) → Eq (f x) (g x)) (t : LinearTerm f) : LinearTerm g :=
  LinearTerm.mk (LinearTerm.coefficients t) (fun x => Eq.trans (LinearTerm.sound t x) (h x))
def LinearTerm.neg {f : Point → Int} (t : LinearTerm f) : LinearTerm (fun x => Int.neg (f x)) :=
  LinearTerm.cast (fun x => Int.minus_one_mul (f x)) (LinearTerm.scale (Int.negSucc 0) t)
def LinearTerm.sub {f g : Point → Int} (s : LinearTerm f) (t : LinearTerm g) : LinearTerm (fun x => Int.sub (f x) (g x)) :=
  LinearTerm.cast (fun x => Eq.symm (Int.sub_eq (f x) (g x))) (LinearTerm.add s (LinearTerm.neg t))
def LinearTerm.scaleRight {f : Point → Int} (t : LinearTerm f) (c : Int) : LinearTerm (fun x => Int.mul (f x) c) :=
  LinearTerm.cast (fun x => Int.mul_comm c (f x)) (LinearTerm.scale c t)
theorem Linear.shift (a : List Int) (u : Int) (v : List Int) : Eq (Linear.value (List.cons (Int.ofNat 0) a) (List.cons u v)) (Linear.value a v) :=
  Eq.trans (congr (fun s => Int.add s (Linear.value a v)) (Int.zero_mul u)) (Int.zero_add (Linear.value a v))
theorem Linear.first (u : Int) (v : List Int) : Eq (Linear.value (List.cons Int.one List.nil) (List.cons u v)) u :=
  Eq.trans (Int.add_zero (Int.mul Int.one u)) (Int.one_mul u)
theorem Int.eq_of_minus (a b : Int) (h : Eq (Int.add a (Int.neg b)) (Int.ofNat 0)) : Eq a b :=
  Eq.trans (Int.neg_unique (Int.neg b) a (Eq.trans (Int.add_comm (Int.neg b) a) h)) (Int.neg_neg b)
def Linear.unit (i : Nat) : List Int :=
  Nat.rec (List.cons Int.one List.nil) (fun _ a => List.cons (Int.ofNat 0) a) i
def LinearTerm.x1 : LinearTerm Point.x1 := LinearTerm.mk (Linear.unit 1) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Linear.first _ _))
def LinearTerm.x2 : LinearTerm Point.x2 := LinearTerm.mk (Linear.unit 2) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _)))
def LinearTerm.x3 : LinearTerm Point.x3 := LinearTerm.mk (Linear.unit 3) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _))))
def LinearTerm.x4 : LinearTerm Point.x4 := LinearTerm.mk (Linear.unit 4) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _)))))
def LinearTerm.x5 : LinearTerm Point.x5 := LinearTerm.mk (Linear.unit 5) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _))))))
def LinearTerm.x6 : LinearTerm Point.x6 := LinearTerm.mk (Linear.unit 6) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _)))))))
def LinearTerm.x7 : LinearTerm Point.x7 := LinearTerm.mk (Linear.unit 7) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _))))))))
def LinearTerm.x8 : LinearTerm Point.x8 := LinearTerm.mk (Linear.unit 8) (fun _ =>
  Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Eq.trans (Linear.shift _ _ _) (Linear.first _ _)))))))))

/-! Terms: integers -/

/-- Bounds of a value v at x: numbers, and linear forms. -/
inductive Bounded (low high : Int) (under over : List Int) (x : Point) (v : Int) : Prop where
  | intro (isLow : Int.Le low v) (isHigh : Int.Le v high) (isUnder : Int.Le (Linear.at under x) v)
      (isOver : Int.Le v (Linear.at over x)) : Bounded low high under over x v

/-- What is known of f on a box, and that it is true. -/
inductive IntTerm (form : Nat → List Int) (f : Point → Int) : Type where
  | mk (low high : Box → Int) (under over : Box → List Int)
      (sound : (b : Box) → (x : Point) → Box.Holds form b x → Bounded (low b) (high b) (under b) (over b) x (f x)) :
      IntTerm form f
def IntTerm.low {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : Box → Int :=
  IntTerm.rec (fun low _ _ _ _ => low) t
def IntTerm.high {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : Box → Int :=
  IntTerm.rec (fun _ high _ _ _ => high) t
def IntTerm.under {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : Box → List Int :=
  IntTerm.rec (fun _ _ under _ _ => under) t
def IntTerm.over {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : Box → List Int :=
  IntTerm.rec (fun _ _ _ over _ => over) t
theorem IntTerm.sound {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (b : Box) (x : Point)
    (h : Box.Holds form b x) :
    Bounded (IntTerm.low t b) (IntTerm.high t b) (IntTerm.under t b) (IntTerm.over t b) x (f x) :=
  IntTerm.rec (motive := fun t =>
    Bounded (IntTerm.low t b) (IntTerm.high t b) (IntTerm.under t b) (IntTerm.over t b) x (f x))
    (fun _ _ _ _ sound => sound b x h) t
/-- The four bounds of a term, for a proof of what follows from them. -/
theorem IntTerm.use {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) {b : Box} {x : Point}
    (h : Box.Holds form b x) {p : Prop}
    (k : Int.Le (IntTerm.low t b) (f x) → Int.Le (f x) (IntTerm.high t b) →
      Int.Le (Linear.at (IntTerm.under t b) x) (f x) → Int.Le (f x) (Linear.at (IntTerm.over t b) x) → p) : p :=
  Bounded.rec (motive := fun _ => p) k (IntTerm.sound t b x h)

def IntTerm.cast {form : Nat → List Int} {f g : Point → Int} (e : (x : Point) → Eq (f x) (g x)) (t : IntTerm form f) :
    IntTerm form g :=
  IntTerm.mk (IntTerm.low t) (IntTerm.high t) (IntTerm.under t) (IntTerm.over t) (fun b x h =>
    Eq.subst (p := Bounded (IntTerm.low t b) (IntTerm.high t b) (IntTerm.under t b) (IntTerm.over t b) x) (e x)
      (IntTerm.sound t b x h))
/-- A term of which numbers alone are known. -/
def IntTerm.between {form : Nat → List Int} {f : Point → Int} (low high : Box → Int)
    (sound : (b : Box) → (x : Point) → Box.Holds form b x → And (Int.Le (low b) (f x)) (Int.Le (f x) (high b))) :
    IntTerm form f :=
  IntTerm.mk low high (fun b => Linear.constant (low b)) (fun b => Linear.constant (high b)) (fun b x h =>
    And.rec (fun l m => Bounded.intro l m
      (Int.Le.trans (Int.Le.equal (Linear.at_constant (low b) x)) l)
      (Int.Le.trans m (Int.Le.equal (Eq.symm (Linear.at_constant (high b) x))))) (sound b x h))
def IntTerm.constant {form : Nat → List Int} (c : Int) : IntTerm form (fun _ => c) :=
  IntTerm.between (fun _ => c) (fun _ => c) (fun _ _ _ => And.intro (Int.Le.refl c) (Int.Le.refl c))

/-- A linear term that is k and m times form j. -/
def IntTerm.linear {form : Nat → List Int} {f : Point → Int} (t : LinearTerm f) (j : Nat) (k m : Int)
    (e : Eq (Linear.isZero (Linear.minus (LinearTerm.coefficients t)
      (Linear.plus (Linear.constant k) (Linear.times m (form j))))) Bool.true) : IntTerm form f :=
  IntTerm.cast (f := fun x => Int.add k (Int.mul m (Linear.at (form j) x)))
    (fun x => Eq.trans
      (Eq.symm (Eq.trans (Linear.value_plus (Linear.constant k) (Linear.times m (form j)) (Point.vector x))
        (congr₂ Int.add (Linear.at_constant k x) (Linear.value_times m (form j) (Point.vector x)))))
      (Eq.trans (Eq.symm (Int.eq_of_minus _ _ (Eq.trans (Eq.symm (Linear.value_minus _ _ (Point.vector x)))
        (Linear.value_zero _ (Point.vector x) e)))) (LinearTerm.sound t x)))
    (IntTerm.mk
      (fun b => Int.add k (Int.atSign m (Box.high b j) (Box.low b j)))
      (fun b => Int.add k (Int.atSign m (Box.low b j) (Box.high b j)))
      (fun _ => Linear.plus (Linear.constant k) (Linear.times m (form j)))
      (fun _ => Linear.plus (Linear.constant k) (Linear.times m (form j)))
      (fun b x h => Bounded.intro
        (Int.Le.add (Int.Le.refl k) (Int.Le.scale m (Box.Holds.low h j) (Box.Holds.high h j)))
        (Int.Le.add (Int.Le.refl k) (Int.Le.scale_high m (Box.Holds.low h j) (Box.Holds.high h j)))
        (Int.Le.equal (Eq.trans (Linear.value_plus (Linear.constant k) (Linear.times m (form j)) (Point.vector x))
          (congr₂ Int.add (Linear.at_constant k x) (Linear.value_times m (form j) (Point.vector x)))))
        (Int.Le.equal (Eq.symm (Eq.trans (Linear.value_plus (Linear.constant k) (Linear.times m (form j)) (Point.vector x))
          (congr₂ Int.add (Linear.at_constant k x) (Linear.value_times m (form j) (Point.vector x))))))))

/-- A linear term that is k more than form j. -/
def IntTerm.form {form : Nat → List Int} {f : Point → Int} (t : LinearTerm f) (j : Nat) (k : Int)
    (e : Eq (Linear.same (LinearTerm.coefficients t) (Linear.plus (Linear.constant k) (form j))) Bool.true) : IntTerm form f :=
  IntTerm.cast (f := fun x => Int.add k (Linear.at (form j) x))
    (fun x => Eq.trans
      (Eq.symm (Eq.trans (Linear.value_plus (Linear.constant k) (form j) (Point.vector x))
        (congr (fun s => Int.add s (Linear.at (form j) x)) (Linear.at_constant k x))))
      (Eq.trans (Eq.symm (Linear.value_same _ _ (Point.vector x) e)) (LinearTerm.sound t x)))
    (IntTerm.mk
      (fun b => Int.add k (Box.low b j)) (fun b => Int.add k (Box.high b j))
      (fun _ => Linear.plus (Linear.constant k) (form j)) (fun _ => Linear.plus (Linear.constant k) (form j))
      (fun b x h => Bounded.intro
        (Int.Le.add (Int.Le.refl k) (Box.Holds.low h j)) (Int.Le.add (Int.Le.refl k) (Box.Holds.high h j))
        (Int.Le.equal (Eq.trans (Linear.value_plus (Linear.constant k) (form j) (Point.vector x))
          (congr (fun s => Int.add s (Linear.at (form j) x)) (Linear.at_constant k x))))
        (Int.Le.equal (Eq.symm (Eq.trans (Linear.value_plus (Linear.constant k) (form j) (Point.vector x))
          (congr (fun s => Int.add s (Linear.at (form j) x)) (Linear.at_constant k x)))))))

def IntTerm.add {form : Nat → List Int} {f g : Point → Int} (s : IntTerm form f) (t : IntTerm form g) :
    IntTerm form (fun x => Int.add (f x) (g x)) :=
  IntTerm.mk (fun b => Int.add (IntTerm.low s b) (IntTerm.low t b)) (fun b => Int.add (IntTerm.high s b) (IntTerm.high t b))
    (fun b => Linear.plus (IntTerm.under s b) (IntTerm.under t b))
    (fun b => Linear.plus (IntTerm.over s b) (IntTerm.over t b))
    (fun b x h => IntTerm.use s h (fun l m u o => IntTerm.use t h (fun l' m' u' o' =>
      Bounded.intro (Int.Le.add l l') (Int.Le.add m m')
        (Int.Le.trans (Int.Le.equal (Linear.value_plus (IntTerm.under s b) (IntTerm.under t b) (Point.vector x)))
          (Int.Le.add u u'))
        (Int.Le.trans (Int.Le.add o o')
          (Int.Le.equal (Eq.symm (Linear.value_plus (IntTerm.over s b) (IntTerm.over t b) (Point.vector x))))))))
def Linear.atSign (m : Int) (negative positive : List Int) : List Int :=
  Linear.times m (Bool.cond (Int.isNegative m) negative positive)
theorem Linear.value_atSign (m : Int) (a b v : List Int) :
    Eq (Linear.value (Linear.atSign m a b) v) (Int.atSign m (Linear.value a v) (Linear.value b v)) :=
  Eq.trans (Linear.value_times m (Bool.cond (Int.isNegative m) a b) v)
    (congr (Int.mul m) (Bool.rec (motive := fun c => Eq (Linear.value (Bool.cond c a b) v)
      (Bool.cond c (Linear.value a v) (Linear.value b v))) (Eq.refl _) (Eq.refl _) (Int.isNegative m)))
def IntTerm.scale {form : Nat → List Int} (m : Int) {f : Point → Int} (t : IntTerm form f) :
    IntTerm form (fun x => Int.mul m (f x)) :=
  IntTerm.mk (fun b => Int.atSign m (IntTerm.high t b) (IntTerm.low t b))
    (fun b => Int.atSign m (IntTerm.low t b) (IntTerm.high t b))
    (fun b => Linear.atSign m (IntTerm.over t b) (IntTerm.under t b))
    (fun b => Linear.atSign m (IntTerm.under t b) (IntTerm.over t b))
    (fun b x h => IntTerm.use t h (fun l k u o => Bounded.intro (Int.Le.scale m l k) (Int.Le.scale_high m l k)
      (Int.Le.trans (Int.Le.equal (Linear.value_atSign m (IntTerm.over t b) (IntTerm.under t b) (Point.vector x)))
        (Int.Le.scale m u o))
      (Int.Le.trans (Int.Le.scale_high m u o)
        (Int.Le.equal (Eq.symm (Linear.value_atSign m (IntTerm.under t b) (IntTerm.over t b) (Point.vector x)))))))
def IntTerm.scaleRight {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (m : Int) :
    IntTerm form (fun x => Int.mul (f x) m) :=
  IntTerm.cast (fun x => Int.mul_comm m (f x)) (IntTerm.scale m t)
def IntTerm.neg {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : IntTerm form (fun x => Int.neg (f x)) :=
  IntTerm.cast (fun x => Int.minus_one_mul (f x)) (IntTerm.scale (Int.negSucc 0) t)
def IntTerm.sub {form : Nat → List Int} {f g : Point → Int} (s : IntTerm form f) (t : IntTerm form g) :
    IntTerm form (fun x => Int.sub (f x) (g x)) :=
  IntTerm.cast (fun x => Eq.symm (Int.sub_eq (f x) (g x))) (IntTerm.add s (IntTerm.neg t))

theorem Int.max_left (a b : Int) : Int.Le a (Int.max a b) :=
  Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le a (Bool.cond c b a)) (fun _ => Int.Le.refl a)
    (fun h => Int.Le.of_ble h) (Int.ble a b) (Eq.refl _)
theorem Int.max_right (a b : Int) : Int.Le b (Int.max a b) :=
  Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le b (Bool.cond c b a)) (fun h => Int.Le.total h)
    (fun _ => Int.Le.refl b) (Int.ble a b) (Eq.refl _)
theorem Int.max_either (a b : Int) : Or (Eq a (Int.max a b)) (Eq b (Int.max a b)) :=
  Bool.rec (motive := fun c => Or (Eq a (Bool.cond c b a)) (Eq b (Bool.cond c b a))) (Or.inl (Eq.refl a))
    (Or.inr (Eq.refl b)) (Int.ble a b)
theorem Int.max_least {a b c : Int} (h : Int.Le a c) (k : Int.Le b c) : Int.Le (Int.max a b) c :=
  Bool.rec (motive := fun d => Int.Le (Bool.cond d b a) c) h k (Int.ble a b)
/-- A term that is the greater of two others: no less than either, and one of them. -/
def IntTerm.greater {form : Nat → List Int} {f e g : Point → Int} (s : IntTerm form f) (t : IntTerm form e)
    (first : (x : Point) → Int.Le (f x) (g x)) (second : (x : Point) → Int.Le (e x) (g x))
    (either : (x : Point) → Or (Eq (f x) (g x)) (Eq (e x) (g x))) : IntTerm form g :=
  IntTerm.mk
    (fun b => Int.max (IntTerm.low s b) (IntTerm.low t b))
    (fun b => Int.max (IntTerm.high s b) (IntTerm.high t b))
    (fun b => Bool.cond (Int.ble (IntTerm.high t b) (IntTerm.low s b)) (IntTerm.under s b)
      (Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low t b)) (IntTerm.under t b)
        (Linear.constant (Int.max (IntTerm.low s b) (IntTerm.low t b)))))
    (fun b => Bool.cond (Int.ble (IntTerm.high t b) (IntTerm.low s b)) (IntTerm.over s b)
      (Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low t b)) (IntTerm.over t b)
        (Linear.constant (Int.max (IntTerm.high s b) (IntTerm.high t b)))))
    (fun b x h => IntTerm.use s h (fun l m u o => IntTerm.use t h (fun l' m' u' o' =>
      Bounded.intro
        (Int.max_least (Int.Le.trans l (first x)) (Int.Le.trans l' (second x)))
        (Or.rec (motive := fun _ => Int.Le (g x) (Int.max (IntTerm.high s b) (IntTerm.high t b)))
          (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m (Int.max_left (IntTerm.high s b) (IntTerm.high t b))))
          (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m' (Int.max_right (IntTerm.high s b) (IntTerm.high t b))))
          (either x))
        (Bool.rec (motive := fun c => Int.Le (Linear.at (Bool.cond c (IntTerm.under s b)
            (Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low t b)) (IntTerm.under t b)
              (Linear.constant (Int.max (IntTerm.low s b) (IntTerm.low t b))))) x) (g x))
          (Bool.rec (motive := fun c => Int.Le (Linear.at (Bool.cond c (IntTerm.under t b)
              (Linear.constant (Int.max (IntTerm.low s b) (IntTerm.low t b)))) x) (g x))
            (Int.Le.trans (Int.Le.equal (Linear.at_constant (Int.max (IntTerm.low s b) (IntTerm.low t b)) x))
              (Int.max_least (Int.Le.trans l (first x)) (Int.Le.trans l' (second x))))
            (Int.Le.trans u' (second x)) (Int.ble (IntTerm.high s b) (IntTerm.low t b)))
          (Int.Le.trans u (first x)) (Int.ble (IntTerm.high t b) (IntTerm.low s b)))
        (Bool.rec (motive := fun c => Eq (Int.ble (IntTerm.high t b) (IntTerm.low s b)) c →
            Int.Le (g x) (Linear.at (Bool.cond c (IntTerm.over s b)
              (Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low t b)) (IntTerm.over t b)
                (Linear.constant (Int.max (IntTerm.high s b) (IntTerm.high t b))))) x))
          (fun _ => Bool.rec (motive := fun c => Eq (Int.ble (IntTerm.high s b) (IntTerm.low t b)) c →
              Int.Le (g x) (Linear.at (Bool.cond c (IntTerm.over t b)
                (Linear.constant (Int.max (IntTerm.high s b) (IntTerm.high t b)))) x))
            (fun _ => Int.Le.trans
              (Or.rec (motive := fun _ => Int.Le (g x) (Int.max (IntTerm.high s b) (IntTerm.high t b)))
                (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m (Int.max_left (IntTerm.high s b) (IntTerm.high t b))))
                (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m' (Int.max_right (IntTerm.high s b) (IntTerm.high t b))))
                (either x))
              (Int.Le.equal (Eq.symm (Linear.at_constant (Int.max (IntTerm.high s b) (IntTerm.high t b)) x))))
            (fun c => Or.rec (motive := fun _ => Int.Le (g x) (Linear.at (IntTerm.over t b) x))
              (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m (Int.Le.trans (Int.Le.of_ble c) (Int.Le.trans l' o'))))
              (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) o') (either x))
            (Int.ble (IntTerm.high s b) (IntTerm.low t b)) (Eq.refl _))
          (fun c => Or.rec (motive := fun _ => Int.Le (g x) (Linear.at (IntTerm.over s b) x))
            (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) o)
            (fun k => Int.Le.trans (Int.Le.equal (Eq.symm k)) (Int.Le.trans m' (Int.Le.trans (Int.Le.of_ble c) (Int.Le.trans l o))))
            (either x))
          (Int.ble (IntTerm.high t b) (IntTerm.low s b)) (Eq.refl _)))))
def IntTerm.max {form : Nat → List Int} {f g : Point → Int} (s : IntTerm form f) (t : IntTerm form g) :
    IntTerm form (fun x => Int.max (f x) (g x)) :=
  IntTerm.greater s t (fun x => Int.max_left (f x) (g x)) (fun x => Int.max_right (f x) (g x))
    (fun x => Int.max_either (f x) (g x))
theorem Int.min_left (a b : Int) : Int.Le (Int.neg a) (Int.neg (Int.min a b)) :=
  Int.Le.neg (Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le (Bool.cond c a b) a) (fun h => Int.Le.total h)
    (fun _ => Int.Le.refl a) (Int.ble a b) (Eq.refl _))
theorem Int.min_right (a b : Int) : Int.Le (Int.neg b) (Int.neg (Int.min a b)) :=
  Int.Le.neg (Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le (Bool.cond c a b) b) (fun _ => Int.Le.refl b)
    (fun h => Int.Le.of_ble h) (Int.ble a b) (Eq.refl _))
theorem Int.min_either (a b : Int) :
    Or (Eq (Int.neg a) (Int.neg (Int.min a b))) (Eq (Int.neg b) (Int.neg (Int.min a b))) :=
  Bool.rec (motive := fun c => Or (Eq (Int.neg a) (Int.neg (Bool.cond c a b))) (Eq (Int.neg b) (Int.neg (Bool.cond c a b))))
    (Or.inr (Eq.refl (Int.neg b))) (Or.inl (Eq.refl (Int.neg a))) (Int.ble a b)
def IntTerm.min {form : Nat → List Int} {f g : Point → Int} (s : IntTerm form f) (t : IntTerm form g) :
    IntTerm form (fun x => Int.min (f x) (g x)) :=
  IntTerm.cast (fun x => Int.neg_neg (Int.min (f x) (g x)))
    (IntTerm.neg (IntTerm.greater (IntTerm.neg s) (IntTerm.neg t) (fun x => Int.min_left (f x) (g x))
      (fun x => Int.min_right (f x) (g x)) (fun x => Int.min_either (f x) (g x))))
theorem Int.abs_nonneg (a : Int) : Int.Le (Int.ofNat 0) (Int.abs a) :=
  Int.rec (motive := fun a => Int.Le (Int.ofNat 0) (Int.abs a)) (fun n => Int.Le.intro n (Int.zero_add (Int.ofNat n)))
    (fun n => Int.Le.intro (Nat.succ n) (Int.zero_add (Int.ofNat (Nat.succ n)))) a
theorem Int.Le.self_neg (a : Int) (h : Int.Le (Int.ofNat 0) a) : Int.Le (Int.neg a) a :=
  Int.Le.trans (Int.Le.neg h) h
theorem Int.abs_left (a : Int) : Int.Le a (Int.abs a) :=
  Int.rec (motive := fun a => Int.Le a (Int.abs a)) (fun n => Int.Le.refl (Int.ofNat n))
    (fun n => Int.Le.self_neg (Int.ofNat (Nat.succ n)) (Int.abs_nonneg (Int.negSucc n))) a
theorem Int.abs_right (a : Int) : Int.Le (Int.neg a) (Int.abs a) :=
  Int.rec (motive := fun a => Int.Le (Int.neg a) (Int.abs a)) (fun n => Int.Le.self_neg (Int.ofNat n) (Int.abs_nonneg (Int.ofNat n)))
    (fun n => Int.Le.refl (Int.ofNat (Nat.succ n))) a
theorem Int.abs_either (a : Int) : Or (Eq a (Int.abs a)) (Eq (Int.neg a) (Int.abs a)) :=
  Int.rec (motive := fun a => Or (Eq a (Int.abs a)) (Eq (Int.neg a) (Int.abs a))) (fun _ => Or.inl (Eq.refl _))
    (fun _ => Or.inr (Eq.refl _)) a
def IntTerm.abs {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) : IntTerm form (fun x => Int.abs (f x)) :=
  IntTerm.greater
    (IntTerm.greater (g := fun x => Int.abs (f x)) t (IntTerm.neg t) (fun x => Int.abs_left (f x)) (fun x => Int.abs_right (f x))
      (fun x => Int.abs_either (f x)))
    (IntTerm.constant (Int.ofNat 0)) (fun x => Int.Le.refl (Int.abs (f x))) (fun x => Int.abs_nonneg (f x))
    (fun _ => Or.inl (Eq.refl _))

theorem Int.not_succ_le (k : Int) (h : Int.Le (Int.add k Int.one) k) : False :=
  Bool.absurd (Int.Le.ble (a := Int.one) (b := Int.ofNat 0)
    (Int.Le.trans (Int.Le.equal (Eq.symm (Int.neg_add_cancel k Int.one)))
      (Int.Le.trans (Int.Le.add (Int.Le.refl (Int.neg k)) h)
        (Int.Le.equal (Eq.trans (Int.add_comm (Int.neg k) k) (Int.add_neg k))))))

theorem Int.min_le_left (a b : Int) : Int.Le (Int.min a b) a :=
  Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le (Bool.cond c a b) a) (fun h => Int.Le.total h)
    (fun _ => Int.Le.refl a) (Int.ble a b) (Eq.refl _)
theorem Int.min_le_right (a b : Int) : Int.Le (Int.min a b) b :=
  Bool.rec (motive := fun c => Eq (Int.ble a b) c → Int.Le (Bool.cond c a b) b) (fun _ => Int.Le.refl b)
    (fun h => Int.Le.of_ble h) (Int.ble a b) (Eq.refl _)
/-! Terms: products of two terms -/

theorem Int.Le.product {a v la ha lv hv : Int} (l : Int.Le la a) (h : Int.Le a ha) (m : Int.Le lv v) (k : Int.Le v hv) :
    Int.Le (Int.min (Int.atSign lv ha la) (Int.atSign hv ha la)) (Int.mul a v) :=
  Int.Le.trans
    (Bool.rec (motive := fun c => Int.Le (Int.min (Int.atSign lv ha la) (Int.atSign hv ha la)) (Int.mul a (Bool.cond c hv lv)))
      (Int.Le.trans (Int.min_le_left (Int.atSign lv ha la) (Int.atSign hv ha la))
        (Int.Le.trans (Int.Le.scale lv l h) (Int.Le.equal (Int.mul_comm lv a))))
      (Int.Le.trans (Int.min_le_right (Int.atSign lv ha la) (Int.atSign hv ha la))
        (Int.Le.trans (Int.Le.scale hv l h) (Int.Le.equal (Int.mul_comm hv a))))
      (Int.isNegative a))
    (Int.Le.scale a m k)
theorem Int.Le.product_high {a v la ha lv hv : Int} (l : Int.Le la a) (h : Int.Le a ha) (m : Int.Le lv v) (k : Int.Le v hv) :
    Int.Le (Int.mul a v) (Int.max (Int.atSign lv la ha) (Int.atSign hv la ha)) :=
  Int.Le.trans (Int.Le.scale_high a m k)
    (Bool.rec (motive := fun c => Int.Le (Int.mul a (Bool.cond c lv hv)) (Int.max (Int.atSign lv la ha) (Int.atSign hv la ha)))
      (Int.Le.trans (Int.Le.trans (Int.Le.equal (Int.mul_comm a hv)) (Int.Le.scale_high hv l h))
        (Int.max_right (Int.atSign lv la ha) (Int.atSign hv la ha)))
      (Int.Le.trans (Int.Le.trans (Int.Le.equal (Int.mul_comm a lv)) (Int.Le.scale_high lv l h))
        (Int.max_left (Int.atSign lv la ha) (Int.atSign hv la ha)))
      (Int.isNegative a))
/-- The corners of the box bound a product; where the first factor is known, it is linear in the second. -/
def IntTerm.mul {form : Nat → List Int} {f g : Point → Int} (s : IntTerm form f) (t : IntTerm form g) :
    IntTerm form (fun x => Int.mul (f x) (g x)) :=
  IntTerm.mk
    (fun b => Int.min (Int.atSign (IntTerm.low t b) (IntTerm.high s b) (IntTerm.low s b))
      (Int.atSign (IntTerm.high t b) (IntTerm.high s b) (IntTerm.low s b)))
    (fun b => Int.max (Int.atSign (IntTerm.low t b) (IntTerm.low s b) (IntTerm.high s b))
      (Int.atSign (IntTerm.high t b) (IntTerm.low s b) (IntTerm.high s b)))
    (fun b => Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low s b))
      (Linear.atSign (IntTerm.low s b) (IntTerm.over t b) (IntTerm.under t b))
      (Linear.constant (Int.min (Int.atSign (IntTerm.low t b) (IntTerm.high s b) (IntTerm.low s b))
        (Int.atSign (IntTerm.high t b) (IntTerm.high s b) (IntTerm.low s b)))))
    (fun b => Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.low s b))
      (Linear.atSign (IntTerm.low s b) (IntTerm.under t b) (IntTerm.over t b))
      (Linear.constant (Int.max (Int.atSign (IntTerm.low t b) (IntTerm.low s b) (IntTerm.high s b))
        (Int.atSign (IntTerm.high t b) (IntTerm.low s b) (IntTerm.high s b)))))
    (fun b x h => IntTerm.use s h (fun l m _ _ => IntTerm.use t h (fun l' m' u o =>
      Bounded.intro (Int.Le.product l m l' m') (Int.Le.product_high l m l' m')
        (Bool.rec (motive := fun c => Eq (Int.ble (IntTerm.high s b) (IntTerm.low s b)) c → Int.Le (Linear.at (Bool.cond c
            (Linear.atSign (IntTerm.low s b) (IntTerm.over t b) (IntTerm.under t b))
            (Linear.constant (Int.min (Int.atSign (IntTerm.low t b) (IntTerm.high s b) (IntTerm.low s b))
              (Int.atSign (IntTerm.high t b) (IntTerm.high s b) (IntTerm.low s b))))) x) (Int.mul (f x) (g x)))
          (fun _ => Int.Le.trans (Int.Le.equal (Linear.at_constant _ x)) (Int.Le.product l m l' m'))
          (fun c => Int.Le.trans (Int.Le.equal (Linear.value_atSign (IntTerm.low s b) (IntTerm.over t b) (IntTerm.under t b) (Point.vector x)))
            (Int.Le.trans (Int.Le.scale (IntTerm.low s b) u o)
              (Int.Le.equal (congr (fun a => Int.mul a (g x)) (Int.Le.antisymm l (Int.Le.trans m (Int.Le.of_ble c)))))))
          (Int.ble (IntTerm.high s b) (IntTerm.low s b)) (Eq.refl _))
        (Bool.rec (motive := fun c => Eq (Int.ble (IntTerm.high s b) (IntTerm.low s b)) c → Int.Le (Int.mul (f x) (g x)) (Linear.at (Bool.cond c
            (Linear.atSign (IntTerm.low s b) (IntTerm.under t b) (IntTerm.over t b))
            (Linear.constant (Int.max (Int.atSign (IntTerm.low t b) (IntTerm.low s b) (IntTerm.high s b))
              (Int.atSign (IntTerm.high t b) (IntTerm.low s b) (IntTerm.high s b))))) x))
          (fun _ => Int.Le.trans (Int.Le.product_high l m l' m') (Int.Le.equal (Eq.symm (Linear.at_constant _ x))))
          (fun c => Int.Le.trans
            (Int.Le.equal (Eq.symm (congr (fun a => Int.mul a (g x)) (Int.Le.antisymm l (Int.Le.trans m (Int.Le.of_ble c))))))
            (Int.Le.trans (Int.Le.scale_high (IntTerm.low s b) u o)
              (Int.Le.equal (Eq.symm (Linear.value_atSign (IntTerm.low s b) (IntTerm.under t b) (IntTerm.over t b) (Point.vector x))))))
          (Int.ble (IntTerm.high s b) (IntTerm.low s b)) (Eq.refl _)))))

/-! Terms: quotients and remainders by a constant -/

def Nat.steps (n fuel : Nat) : Nat → Nat :=
  Nat.rec (motive := fun _ => Nat → Nat) (fun _ => Nat.zero)
    (fun _ quotient rest => Bool.cond (Bool.and (Nat.ble n rest) (Nat.ble 1 n)) (Nat.succ (quotient (Nat.sub rest n))) Nat.zero) fuel
theorem Nat.add_sub_self (k n : Nat) : Eq (Nat.sub (Nat.add k n) n) k :=
  Eq.trans (congr (Nat.sub (Nat.add k n)) (Eq.symm (Nat.zero_add n))) (Nat.add_sub_add k Nat.zero n)
theorem Nat.sub_add_self (k n : Nat) : Eq (Nat.sub n (Nat.add k n)) Nat.zero :=
  Eq.trans (congr (fun a => Nat.sub a (Nat.add k n)) (Eq.symm (Nat.zero_add n)))
    (Eq.trans (Nat.add_sub_add Nat.zero k n) (Nat.zero_sub k))
theorem Nat.steps_less (n fuel r : Nat) (h : Eq (Nat.ble n r) Bool.false) : Eq (Nat.steps n fuel r) Nat.zero :=
  Nat.rec (motive := fun fuel => Eq (Nat.steps n fuel r) Nat.zero) (Eq.refl _)
    (fun fuel _ => congr (fun c => Bool.cond (Bool.and c (Nat.ble 1 n)) (Nat.succ (Nat.steps n fuel (Nat.sub r n))) Nat.zero) h) fuel
theorem Nat.steps_more (d fuel k : Nat) :
    Eq (Nat.steps (Nat.succ d) (Nat.succ fuel) (Nat.add k (Nat.succ d))) (Nat.succ (Nat.steps (Nat.succ d) fuel k)) :=
  Eq.trans
    (congr (fun c => Bool.cond c (Nat.succ (Nat.steps (Nat.succ d) fuel (Nat.sub (Nat.add k (Nat.succ d)) (Nat.succ d)))) Nat.zero)
      (Bool.both (congr Nat.isZero (Nat.sub_add_self k (Nat.succ d)))
        (congr Nat.isZero (Eq.trans (Nat.succ_sub_succ Nat.zero d) (Nat.zero_sub d)))))
    (congr (fun r => Nat.succ (Nat.steps (Nat.succ d) fuel r)) (Nat.add_sub_self k (Nat.succ d)))
theorem Nat.add_succ (m n : Nat) : Eq (Nat.add m (Nat.succ n)) (Nat.succ (Nat.add m n)) := @Eq.refl Nat (Nat.succ (Nat.add m n))
/-- m is q times n and a remainder r, which is less than n. -/
inductive Nat.Divided (m n : Nat) : Prop where
  | intro (q r e : Nat) (whole : Eq m (Nat.add (Nat.mul q n) r)) (less : Eq n (Nat.add r (Nat.succ e))) : Nat.Divided m n
theorem Nat.succ_mul (q n : Nat) : Eq (Nat.mul (Nat.succ q) n) (Nat.add (Nat.mul q n) n) :=
  Eq.trans (Nat.add_mul q (Nat.succ Nat.zero) n) (congr (Nat.add (Nat.mul q n)) (Nat.one_mul n))
theorem Nat.divided (d m : Nat) : Nat.Divided m (Nat.succ d) :=
  Nat.rec (motive := fun m => Nat.Divided m (Nat.succ d))
    (Nat.Divided.intro Nat.zero Nat.zero d (Eq.symm (Nat.zero_mul (Nat.succ d))) (Eq.symm (Nat.zero_add (Nat.succ d))))
    (fun m h => Nat.Divided.rec (motive := fun _ => Nat.Divided (Nat.succ m) (Nat.succ d))
      (fun q r e => Nat.rec (motive := fun e => Eq m (Nat.add (Nat.mul q (Nat.succ d)) r) → Eq (Nat.succ d) (Nat.add r (Nat.succ e)) →
          Nat.Divided (Nat.succ m) (Nat.succ d))
        (fun whole less => Nat.Divided.intro (Nat.succ q) Nat.zero d
          (Eq.trans (congr Nat.succ whole) (Eq.trans (congr (Nat.add (Nat.mul q (Nat.succ d))) (Eq.symm less))
            (Eq.symm (Nat.succ_mul q (Nat.succ d)))))
          (Eq.symm (Nat.zero_add (Nat.succ d))))
        (fun e _ whole less => Nat.Divided.intro q (Nat.succ r) e (congr Nat.succ whole)
          (Eq.trans less (Eq.trans (Nat.add_succ r (Nat.succ e)) (Eq.symm (Nat.succ_add r (Nat.succ e)))))) e) h) m
theorem Nat.rest_eq (q n r : Nat) :
    Eq (Nat.add (Nat.mul (Nat.succ q) n) r) (Nat.add (Nat.add (Nat.mul q n) r) n) :=
  Eq.trans (congr (fun a => Nat.add a r) (Nat.succ_mul q n))
    (Eq.trans (Nat.add_assoc (Nat.mul q n) n r)
      (Eq.trans (congr (Nat.add (Nat.mul q n)) (Nat.add_comm n r)) (Eq.symm (Nat.add_assoc (Nat.mul q n) r n))))
theorem Nat.steps_eq (d r e : Nat) (less : Eq (Nat.succ d) (Nat.add r (Nat.succ e))) (q : Nat) :
    (extra : Nat) → Eq (Nat.steps (Nat.succ d) (Nat.add (Nat.add (Nat.mul q (Nat.succ d)) r) extra)
      (Nat.add (Nat.mul q (Nat.succ d)) r)) q :=
  Nat.rec (motive := fun q => (extra : Nat) → Eq (Nat.steps (Nat.succ d) (Nat.add (Nat.add (Nat.mul q (Nat.succ d)) r) extra)
      (Nat.add (Nat.mul q (Nat.succ d)) r)) q)
    (fun extra => Nat.steps_less (Nat.succ d) _ (Nat.add (Nat.mul Nat.zero (Nat.succ d)) r)
      (Eq.trans (congr₂ Nat.ble less (Eq.trans (congr (fun a => Nat.add a r) (Nat.zero_mul (Nat.succ d))) (Nat.zero_add r)))
        (congr Nat.isZero (Eq.trans (congr (fun a => Nat.sub a r) (Nat.add_comm r (Nat.succ e))) (Nat.add_sub_self (Nat.succ e) r)))))
    (fun q h extra => Eq.trans
      (congr₂ (Nat.steps (Nat.succ d))
        (Eq.trans (congr (fun a => Nat.add a extra) (Nat.rest_eq q (Nat.succ d) r))
          (Nat.add_assoc (Nat.add (Nat.mul q (Nat.succ d)) r) (Nat.succ d) extra))
        (Nat.rest_eq q (Nat.succ d) r))
      (Eq.trans
        (congr (fun fuel => Nat.steps (Nat.succ d) (Nat.add (Nat.add (Nat.mul q (Nat.succ d)) r) fuel)
          (Nat.add (Nat.add (Nat.mul q (Nat.succ d)) r) (Nat.succ d))) (Nat.succ_add d extra))
        (Eq.trans (Nat.steps_more d (Nat.add (Nat.add (Nat.mul q (Nat.succ d)) r) (Nat.add d extra)) (Nat.add (Nat.mul q (Nat.succ d)) r))
          (congr Nat.succ (h (Nat.add d extra)))))) q
theorem Nat.div_eq {d m q r e : Nat} (whole : Eq m (Nat.add (Nat.mul q (Nat.succ d)) r))
    (less : Eq (Nat.succ d) (Nat.add r (Nat.succ e))) : Eq (Nat.div m (Nat.succ d)) q :=
  Eq.trans (congr (fun m => Nat.div m (Nat.succ d)) whole) (Nat.steps_eq d r e less q Nat.zero)
theorem Int.ofNat_le {a b : Nat} (k : Nat) (h : Eq b (Nat.add a k)) : Int.Le (Int.ofNat a) (Int.ofNat b) :=
  Int.Le.intro k (congr Int.ofNat (Eq.symm h))
theorem Nat.div_mono (d a b : Nat) (h : Int.Le (Int.ofNat a) (Int.ofNat b)) :
    Int.Le (Int.ofNat (Nat.div a (Nat.succ d))) (Int.ofNat (Nat.div b (Nat.succ d))) :=
  Nat.Divided.rec (motive := fun _ => Int.Le (Int.ofNat (Nat.div a (Nat.succ d))) (Int.ofNat (Nat.div b (Nat.succ d))))
    (fun q r e whole less => Nat.Divided.rec (motive := fun _ => Int.Le (Int.ofNat (Nat.div a (Nat.succ d))) (Int.ofNat (Nat.div b (Nat.succ d))))
      (fun q' r' e' whole' less' =>
        Int.Le.trans (Int.Le.equal (congr Int.ofNat (Nat.div_eq whole less)))
          (Int.Le.trans
            (Bool.cases (Int.ble (Int.ofNat q) (Int.ofNat q')) (fun c => Int.Le.of_ble c)
              (fun c => False.rec (fun _ => Int.Le (Int.ofNat q) (Int.ofNat q')) (Int.not_succ_le (Int.ofNat b)
                (Int.Le.trans (Int.Le.equal (congr Int.ofNat (congr Nat.succ whole')))
                  (Int.Le.trans
                    (Int.ofNat_le (a := Nat.succ (Nat.add (Nat.mul q' (Nat.succ d)) r')) (b := Nat.mul (Nat.succ q') (Nat.succ d)) e'
                      (Eq.trans (Nat.succ_mul q' (Nat.succ d))
                        (Eq.trans (congr (Nat.add (Nat.mul q' (Nat.succ d))) less')
                          (Eq.trans (Eq.symm (Nat.add_assoc (Nat.mul q' (Nat.succ d)) r' (Nat.succ e')))
                            (Eq.symm (Nat.succ_add (Nat.add (Nat.mul q' (Nat.succ d)) r') e'))))))
                    (Int.Le.trans
                      (Int.Le.trans (Int.Le.equal (congr Int.ofNat (Nat.mul_comm (Nat.succ q') (Nat.succ d))))
                        (Int.Le.trans (Int.Le.scale (Int.ofNat (Nat.succ d)) (Int.lt_of_ble c) (Int.Le.refl (Int.ofNat q)))
                          (Int.Le.equal (congr Int.ofNat (Nat.mul_comm (Nat.succ d) q)))))
                      (Int.Le.trans (Int.ofNat_le (a := Nat.mul q (Nat.succ d)) (b := a) r whole) h)))))))
            (Int.Le.equal (Eq.symm (congr Int.ofNat (Nat.div_eq whole' less'))))))
      (Nat.divided d b)) (Nat.divided d a)

/-- a div n, for n that is not negative. -/
def Int.quotient (n : Nat) (a : Int) : Int := Int.signed (Int.isNegative a) (Nat.div (Int.natAbs a) n)
theorem Int.neg_le_zero (n : Nat) : Int.Le (Int.neg (Int.ofNat n)) (Int.ofNat 0) :=
  Int.Le.neg (Int.ofNat_nonneg n)
theorem Int.quotient_mono (d : Nat) (a b : Int) (h : Int.Le a b) :
    Int.Le (Int.quotient (Nat.succ d) a) (Int.quotient (Nat.succ d) b) :=
  Int.rec (motive := fun a => Int.Le a b → Int.Le (Int.quotient (Nat.succ d) a) (Int.quotient (Nat.succ d) b))
    (fun m => Int.rec (motive := fun b => Int.Le (Int.ofNat m) b → Int.Le (Int.quotient (Nat.succ d) (Int.ofNat m)) (Int.quotient (Nat.succ d) b))
      (fun n h => Nat.div_mono d m n h) (fun _ h => Bool.absurd (Int.Le.ble h)) b)
    (fun m => Int.rec (motive := fun b => Int.Le (Int.negSucc m) b → Int.Le (Int.quotient (Nat.succ d) (Int.negSucc m)) (Int.quotient (Nat.succ d) b))
      (fun n _ => Int.Le.trans (Int.neg_le_zero (Nat.div (Nat.succ m) (Nat.succ d))) (Int.ofNat_nonneg (Nat.div n (Nat.succ d))))
      (fun n h => Int.Le.neg (Nat.div_mono d (Nat.succ n) (Nat.succ m) (Int.Le.neg h))) b) a h
theorem Int.div_positive (a : Int) (n : Nat) : Eq (Int.quotient n a) (Int.div a (Int.ofNat n)) :=
  Int.rec (motive := fun a => Eq (Int.quotient n a) (Int.div a (Int.ofNat n))) (fun _ => Eq.refl _) (fun _ => Eq.refl _) a
theorem Int.div_negative (a : Int) (n : Nat) : Eq (Int.neg (Int.quotient (Nat.succ n) a)) (Int.div a (Int.negSucc n)) :=
  Int.rec (motive := fun a => Eq (Int.neg (Int.quotient (Nat.succ n) a)) (Int.div a (Int.negSucc n))) (fun _ => Eq.refl _)
    (fun m => Eq.trans (Int.neg_sub Nat.zero (Nat.div (Nat.succ m) (Nat.succ n))) (Int.sub_zero (Nat.div (Nat.succ m) (Nat.succ n)))) a
def IntTerm.quotient {form : Nat → List Int} {f : Point → Int} (d : Nat) (t : IntTerm form f) :
    IntTerm form (fun x => Int.quotient (Nat.succ d) (f x)) :=
  IntTerm.between (fun b => Int.quotient (Nat.succ d) (IntTerm.low t b)) (fun b => Int.quotient (Nat.succ d) (IntTerm.high t b))
    (fun b x h => IntTerm.use t h (fun l m _ _ => And.intro (Int.quotient_mono d (IntTerm.low t b) (f x) l) (Int.quotient_mono d (f x) (IntTerm.high t b) m)))
/-- For a divisor of d + 1, or of its negative. -/
def IntTerm.div {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (d : Nat) :
    IntTerm form (fun x => Int.div (f x) (Int.ofNat (Nat.succ d))) :=
  IntTerm.cast (fun x => Int.div_positive (f x) (Nat.succ d)) (IntTerm.quotient d t)
def IntTerm.divNegative {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (d : Nat) :
    IntTerm form (fun x => Int.div (f x) (Int.negSucc d)) :=
  IntTerm.cast (fun x => Int.div_negative (f x) d) (IntTerm.neg (IntTerm.quotient d t))

theorem Nat.mod_eq {d m q r e : Nat} (whole : Eq m (Nat.add (Nat.mul q (Nat.succ d)) r))
    (less : Eq (Nat.succ d) (Nat.add r (Nat.succ e))) : Eq (Nat.mod m (Nat.succ d)) r :=
  Eq.trans (congr₂ Nat.sub (Eq.trans whole (Nat.add_comm (Nat.mul q (Nat.succ d)) r))
      (Eq.trans (congr (Nat.mul (Nat.succ d)) (Nat.div_eq whole less)) (Nat.mul_comm (Nat.succ d) q)))
    (Nat.add_sub_self r (Nat.mul q (Nat.succ d)))
theorem Nat.mod_sub (d m : Nat) : Eq (Int.ofNat (Nat.mod m (Nat.succ d)))
    (Int.sub (Int.ofNat m) (Int.mul (Int.ofNat (Nat.succ d)) (Int.ofNat (Nat.div m (Nat.succ d))))) :=
  Nat.Divided.rec (motive := fun _ => Eq (Int.ofNat (Nat.mod m (Nat.succ d)))
      (Int.sub (Int.ofNat m) (Int.mul (Int.ofNat (Nat.succ d)) (Int.ofNat (Nat.div m (Nat.succ d))))))
    (fun q r _ whole less => Eq.trans (congr Int.ofNat (Nat.mod_eq whole less))
      (Eq.symm (Eq.trans
        (congr₂ Int.subNatNat whole (Eq.trans (congr (Nat.mul (Nat.succ d)) (Nat.div_eq whole less)) (Nat.mul_comm (Nat.succ d) q)))
        (Int.sub_more (Nat.mul q (Nat.succ d)) r)))) (Nat.divided d m)
theorem Nat.mod_le (d m : Nat) : Int.Le (Int.ofNat (Nat.mod m (Nat.succ d))) (Int.ofNat d) :=
  Nat.Divided.rec (motive := fun _ => Int.Le (Int.ofNat (Nat.mod m (Nat.succ d))) (Int.ofNat d))
    (fun _ r e whole less => Int.Le.trans (Int.Le.equal (congr Int.ofNat (Nat.mod_eq whole less)))
      (Int.ofNat_le e (congr Nat.pred less))) (Nat.divided d m)
/-- The remainder of a by n, which has the sign of a. -/
def Int.remainder (n : Nat) (a : Int) : Int := Int.signed (Int.isNegative a) (Nat.mod (Int.natAbs a) n)
theorem Int.remainder_eq (d : Nat) (a : Int) :
    Eq (Int.sub a (Int.mul (Int.ofNat (Nat.succ d)) (Int.quotient (Nat.succ d) a))) (Int.remainder (Nat.succ d) a) :=
  Int.rec (motive := fun a => Eq (Int.sub a (Int.mul (Int.ofNat (Nat.succ d)) (Int.quotient (Nat.succ d) a))) (Int.remainder (Nat.succ d) a))
    (fun m => Eq.symm (Nat.mod_sub d m))
    (fun m => Eq.symm (Eq.trans (congr Int.neg (Nat.mod_sub d (Nat.succ m)))
      (Eq.trans (congr Int.neg (Int.sub_eq _ _)) (Eq.trans (Int.neg_add _ _)
        (Eq.symm (Eq.trans (Int.sub_eq _ _) (congr (fun s => Int.add (Int.negSucc m) (Int.neg s))
          (Int.mul_neg (Int.ofNat (Nat.succ d)) (Int.ofNat (Nat.div (Nat.succ m) (Nat.succ d))))))))))) a
theorem Int.remainder_range (d : Nat) (low high a : Int) (l : Int.Le low a) (h : Int.Le a high) :
    And (Int.Le (Bool.cond (Int.isNegative low) (Int.neg (Int.ofNat d)) (Int.ofNat 0)) (Int.remainder (Nat.succ d) a))
      (Int.Le (Int.remainder (Nat.succ d) a) (Bool.cond (Int.isNegative high) (Int.ofNat 0) (Int.ofNat d))) :=
  Int.rec (motive := fun a => Int.Le low a → Int.Le a high →
      And (Int.Le (Bool.cond (Int.isNegative low) (Int.neg (Int.ofNat d)) (Int.ofNat 0)) (Int.remainder (Nat.succ d) a))
        (Int.Le (Int.remainder (Nat.succ d) a) (Bool.cond (Int.isNegative high) (Int.ofNat 0) (Int.ofNat d))))
    (fun m _ h => And.intro
      (Bool.rec (motive := fun c => Int.Le (Bool.cond c (Int.neg (Int.ofNat d)) (Int.ofNat 0)) (Int.ofNat (Nat.mod m (Nat.succ d))))
        (Int.ofNat_nonneg (Nat.mod m (Nat.succ d))) (Int.Le.trans (Int.neg_le_zero d) (Int.ofNat_nonneg (Nat.mod m (Nat.succ d))))
        (Int.isNegative low))
      (Int.rec (motive := fun high => Int.Le (Int.ofNat m) high → Int.Le (Int.ofNat (Nat.mod m (Nat.succ d))) (Bool.cond (Int.isNegative high) (Int.ofNat 0) (Int.ofNat d)))
        (fun _ _ => Nat.mod_le d m) (fun _ h => Bool.absurd (Int.Le.ble h)) high h))
    (fun m l _ => And.intro
      (Int.rec (motive := fun low => Int.Le low (Int.negSucc m) → Int.Le (Bool.cond (Int.isNegative low) (Int.neg (Int.ofNat d)) (Int.ofNat 0)) (Int.remainder (Nat.succ d) (Int.negSucc m)))
        (fun _ l => Bool.absurd (Int.Le.ble l)) (fun _ _ => Int.Le.neg (Nat.mod_le d (Nat.succ m))) low l)
      (Bool.rec (motive := fun c => Int.Le (Int.remainder (Nat.succ d) (Int.negSucc m)) (Bool.cond c (Int.ofNat 0) (Int.ofNat d)))
        (Int.Le.trans (Int.neg_le_zero (Nat.mod (Nat.succ m) (Nat.succ d))) (Int.ofNat_nonneg d))
        (Int.neg_le_zero (Nat.mod (Nat.succ m) (Nat.succ d))) (Int.isNegative high))) a l h
/-- Two terms of one value: the better bounds of both. -/
def IntTerm.meet {form : Nat → List Int} {f : Point → Int} (s t : IntTerm form f) : IntTerm form f :=
  IntTerm.mk (fun b => Int.max (IntTerm.low s b) (IntTerm.low t b)) (fun b => Int.min (IntTerm.high s b) (IntTerm.high t b))
    (fun b => Bool.cond (Int.ble (IntTerm.low t b) (IntTerm.low s b)) (IntTerm.under s b) (IntTerm.under t b))
    (fun b => Bool.cond (Int.ble (IntTerm.high s b) (IntTerm.high t b)) (IntTerm.over s b) (IntTerm.over t b))
    (fun b x h => IntTerm.use s h (fun l m u o => IntTerm.use t h (fun l' m' u' o' => Bounded.intro (Int.max_least l l')
      (Bool.rec (motive := fun c => Int.Le (f x) (Bool.cond c (IntTerm.high s b) (IntTerm.high t b))) m' m
        (Int.ble (IntTerm.high s b) (IntTerm.high t b)))
      (Bool.rec (motive := fun c => Int.Le (Linear.at (Bool.cond c (IntTerm.under s b) (IntTerm.under t b)) x) (f x)) u' u
        (Int.ble (IntTerm.low t b) (IntTerm.low s b)))
      (Bool.rec (motive := fun c => Int.Le (f x) (Linear.at (Bool.cond c (IntTerm.over s b) (IntTerm.over t b)) x)) o' o
        (Int.ble (IntTerm.high s b) (IntTerm.high t b))))))
def IntTerm.remainder {form : Nat → List Int} {f : Point → Int} (d : Nat) (t : IntTerm form f) :
    IntTerm form (fun x => Int.remainder (Nat.succ d) (f x)) :=
  IntTerm.meet
    (IntTerm.cast (fun x => Int.remainder_eq d (f x)) (IntTerm.sub t (IntTerm.scale (Int.ofNat (Nat.succ d)) (IntTerm.quotient d t))))
    (IntTerm.between (fun b => Bool.cond (Int.isNegative (IntTerm.low t b)) (Int.neg (Int.ofNat d)) (Int.ofNat 0))
      (fun b => Bool.cond (Int.isNegative (IntTerm.high t b)) (Int.ofNat 0) (Int.ofNat d))
      (fun b x h => IntTerm.use t h (fun l m _ _ => Int.remainder_range d (IntTerm.low t b) (IntTerm.high t b) (f x) l m)))
def IntTerm.mod {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (d : Nat) :
    IntTerm form (fun x => Int.mod (f x) (Int.ofNat (Nat.succ d))) := IntTerm.remainder d t
def IntTerm.modNegative {form : Nat → List Int} {f : Point → Int} (t : IntTerm form f) (d : Nat) :
    IntTerm form (fun x => Int.mod (f x) (Int.negSucc d)) := IntTerm.remainder d t

/-! Terms: truth values -/

/-- That a value v at x is possible, and that 0 is at most each linear form that comes with it. -/
inductive Allowed (possible : Bool → Box → Bool) (cut : Bool → Nat → Box → List Int) (b : Box) (x : Point) (v : Bool) :
    Prop where
  | intro (isPossible : Eq (possible v b) Bool.true)
      (isCut : (path : Nat) → Int.Le (Int.ofNat 0) (Linear.at (cut v path b) x)) : Allowed possible cut b x v

/-- Which values p can have on a box; and, if it has one, linear forms that are not negative then. Where there are
several, a path chooses: at each `and`, by the remainder by 2. -/
inductive BoolTerm (form : Nat → List Int) (p : Point → Bool) : Type where
  | mk (possible : Bool → Box → Bool) (cut : Bool → Nat → Box → List Int)
      (sound : (b : Box) → (x : Point) → Box.Holds form b x → Allowed possible cut b x (p x)) : BoolTerm form p
def BoolTerm.possible {form : Nat → List Int} {p : Point → Bool} (t : BoolTerm form p) : Bool → Box → Bool :=
  BoolTerm.rec (fun possible _ _ => possible) t
def BoolTerm.cut {form : Nat → List Int} {p : Point → Bool} (t : BoolTerm form p) : Bool → Nat → Box → List Int :=
  BoolTerm.rec (fun _ cut _ => cut) t
theorem BoolTerm.sound {form : Nat → List Int} {p : Point → Bool} (t : BoolTerm form p) (b : Box) (x : Point)
    (h : Box.Holds form b x) : Allowed (BoolTerm.possible t) (BoolTerm.cut t) b x (p x) :=
  BoolTerm.rec (motive := fun t => Allowed (BoolTerm.possible t) (BoolTerm.cut t) b x (p x))
    (fun _ _ sound => sound b x h) t
def BoolTerm.cast {form : Nat → List Int} {p q : Point → Bool} (e : (x : Point) → Eq (p x) (q x)) (t : BoolTerm form p) :
    BoolTerm form q :=
  BoolTerm.mk (BoolTerm.possible t) (BoolTerm.cut t)
    (fun b x h => Eq.subst (p := Allowed (BoolTerm.possible t) (BoolTerm.cut t) b x) (e x) (BoolTerm.sound t b x h))
/-- A term of which nothing is known. -/
def BoolTerm.unknown {form : Nat → List Int} {p : Point → Bool} : BoolTerm form p :=
  BoolTerm.mk (fun _ _ => Bool.true) (fun _ _ _ => List.nil)
    (fun _ _ _ => Allowed.intro (Eq.refl _) (fun _ => Int.Le.refl (Int.ofNat 0)))
def BoolTerm.constant {form : Nat → List Int} (v : Bool) : BoolTerm form (fun _ => v) :=
  BoolTerm.mk (fun w _ => Bool.iff v w) (fun _ _ _ => List.nil)
    (fun _ _ _ => Allowed.intro (Bool.rec (motive := fun v => Eq (Bool.iff v v) Bool.true) (Eq.refl _) (Eq.refl _) v)
      (fun _ => Int.Le.refl (Int.ofNat 0)))
def BoolTerm.not {form : Nat → List Int} {p : Point → Bool} (t : BoolTerm form p) :
    BoolTerm form (fun x => Bool.not (p x)) :=
  BoolTerm.mk (fun v => BoolTerm.possible t (Bool.not v)) (fun v => BoolTerm.cut t (Bool.not v)) (fun b x h =>
    Allowed.rec (motive := fun _ => Allowed (fun v => BoolTerm.possible t (Bool.not v)) (fun v => BoolTerm.cut t (Bool.not v)) b x (Bool.not (p x)))
      (fun k c => Allowed.intro
        (Eq.subst (p := fun v => Eq (BoolTerm.possible t v b) Bool.true) (Bool.not_not (p x)) k)
        (Eq.subst (p := fun v => (path : Nat) → Int.Le (Int.ofNat 0) (Linear.at (BoolTerm.cut t v path b) x)) (Bool.not_not (p x)) c))
      (BoolTerm.sound t b x h))

theorem Bool.or_left {a b : Bool} (h : Eq a Bool.true) : Eq (Bool.or a b) Bool.true := congr (fun a => Bool.or a b) h
theorem Bool.or_right {a b : Bool} (h : Eq b Bool.true) : Eq (Bool.or a b) Bool.true :=
  Bool.rec (motive := fun a => Eq (Bool.or a b) Bool.true) h (Eq.refl _) a
def BoolTerm.possibleAnd (s t : Bool → Box → Bool) (v : Bool) (b : Box) : Bool :=
  Bool.cond v (Bool.and (s Bool.true b) (t Bool.true b)) (Bool.or (s Bool.false b) (t Bool.false b))
def BoolTerm.cutAnd (s t : Bool → Box → Bool) (c d : Bool → Nat → Box → List Int) (v : Bool) (path : Nat) (b : Box) : List Int :=
  Bool.cond v
    (Bool.cond (Nat.beq (Nat.mod path 2) 0) (c Bool.true (Nat.div path 2) b) (d Bool.true (Nat.div path 2) b))
    (Bool.cond (s Bool.false b) (Bool.cond (t Bool.false b) List.nil (c Bool.false path b)) (d Bool.false path b))
theorem Allowed.and {s t : Bool → Box → Bool} {c d : Bool → Nat → Box → List Int} {b : Box} {x : Point} (w : Bool)
    (k : Allowed t d b x w) : (v : Bool) → Allowed s c b x v →
      Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x (Bool.and v w) :=
  Bool.rec (motive := fun v => Allowed s c b x v →
      Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x (Bool.and v w))
    (Allowed.rec (motive := fun _ => Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x Bool.false)
      (fun isPossible isCut => Allowed.intro (Bool.or_left isPossible)
        (fun path => Eq.subst (p := fun a => Int.Le (Int.ofNat 0) (Linear.at
            (Bool.cond a (Bool.cond (t Bool.false b) List.nil (c Bool.false path b)) (d Bool.false path b)) x))
          (Eq.symm isPossible)
          (Bool.rec (motive := fun a => Int.Le (Int.ofNat 0) (Linear.at (Bool.cond a List.nil (c Bool.false path b)) x))
            (isCut path) (Int.Le.refl (Int.ofNat 0)) (t Bool.false b)))))
    (fun l => Bool.rec (motive := fun w => Allowed t d b x w →
        Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x w)
      (Allowed.rec (motive := fun _ => Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x Bool.false)
        (fun isPossible isCut => Allowed.intro (Bool.or_right isPossible)
          (fun path => Bool.rec (motive := fun a => Int.Le (Int.ofNat 0) (Linear.at
              (Bool.cond a (Bool.cond (t Bool.false b) List.nil (c Bool.false path b)) (d Bool.false path b)) x))
            (isCut path)
            (Eq.subst (p := fun a => Int.Le (Int.ofNat 0) (Linear.at (Bool.cond a List.nil (c Bool.false path b)) x))
              (Eq.symm isPossible) (Int.Le.refl (Int.ofNat 0)))
            (s Bool.false b))))
      (Allowed.rec (motive := fun _ => Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x Bool.true)
        (fun isPossible isCut =>
          Allowed.rec (motive := fun _ => Allowed (BoolTerm.possibleAnd s t) (BoolTerm.cutAnd s t c d) b x Bool.true)
            (fun first firstCut => Allowed.intro (Bool.both first isPossible)
              (fun path => Bool.rec (motive := fun a => Int.Le (Int.ofNat 0) (Linear.at
                  (Bool.cond a (c Bool.true (Nat.div path 2) b) (d Bool.true (Nat.div path 2) b)) x))
                (isCut (Nat.div path 2)) (firstCut (Nat.div path 2)) (Nat.beq (Nat.mod path 2) 0))) l))
      w k)
def BoolTerm.and {form : Nat → List Int} {p q : Point → Bool} (s : BoolTerm form p) (t : BoolTerm form q) :
    BoolTerm form (fun x => Bool.and (p x) (q x)) :=
  BoolTerm.mk (BoolTerm.possibleAnd (BoolTerm.possible s) (BoolTerm.possible t))
    (BoolTerm.cutAnd (BoolTerm.possible s) (BoolTerm.possible t) (BoolTerm.cut s) (BoolTerm.cut t))
    (fun b x h => Allowed.and (q x) (BoolTerm.sound t b x h) (p x) (BoolTerm.sound s b x h))

theorem Bool.or_eq (a b : Bool) : Eq (Bool.not (Bool.and (Bool.not a) (Bool.not b))) (Bool.or a b) :=
  Bool.rec (motive := fun a => Eq (Bool.not (Bool.and (Bool.not a) (Bool.not b))) (Bool.or a b))
    (Eq.symm (Bool.not_not b)) (Eq.refl _) a
theorem Bool.imp_eq (a b : Bool) : Eq (Bool.or (Bool.not a) b) (Bool.imp a b) :=
  Bool.rec (motive := fun a => Eq (Bool.or (Bool.not a) b) (Bool.imp a b)) (Eq.refl _) (Eq.refl _) a
theorem Bool.iff_eq (a b : Bool) : Eq (Bool.and (Bool.imp a b) (Bool.imp b a)) (Bool.iff a b) :=
  Bool.rec (motive := fun a => Eq (Bool.and (Bool.imp a b) (Bool.imp b a)) (Bool.iff a b))
    (Bool.rec (motive := fun b => Eq (Bool.imp b Bool.false) (Bool.not b)) (Eq.refl _) (Eq.refl _) b)
    (Bool.rec (motive := fun b => Eq (Bool.and b (Bool.imp b Bool.true)) b) (Eq.refl _) (Eq.refl _) b) a
theorem Bool.xor_eq (a b : Bool) : Eq (Bool.not (Bool.iff a b)) (Bool.xor a b) :=
  Bool.rec (motive := fun a => Eq (Bool.not (Bool.iff a b)) (Bool.xor a b)) (Eq.symm (Bool.not_not b)) (Eq.refl _) a
def BoolTerm.or {form : Nat → List Int} {p q : Point → Bool} (s : BoolTerm form p) (t : BoolTerm form q) :
    BoolTerm form (fun x => Bool.or (p x) (q x)) :=
  BoolTerm.cast (fun x => Bool.or_eq (p x) (q x)) (BoolTerm.not (BoolTerm.and (BoolTerm.not s) (BoolTerm.not t)))
def BoolTerm.imp {form : Nat → List Int} {p q : Point → Bool} (s : BoolTerm form p) (t : BoolTerm form q) :
    BoolTerm form (fun x => Bool.imp (p x) (q x)) :=
  BoolTerm.cast (fun x => Bool.imp_eq (p x) (q x)) (BoolTerm.or (BoolTerm.not s) t)
def BoolTerm.iff {form : Nat → List Int} {p q : Point → Bool} (s : BoolTerm form p) (t : BoolTerm form q) :
    BoolTerm form (fun x => Bool.iff (p x) (q x)) :=
  BoolTerm.cast (fun x => Bool.iff_eq (p x) (q x)) (BoolTerm.and (BoolTerm.imp s t) (BoolTerm.imp t s))
def BoolTerm.xor {form : Nat → List Int} {p q : Point → Bool} (s : BoolTerm form p) (t : BoolTerm form q) :
    BoolTerm form (fun x => Bool.xor (p x) (q x)) :=
  BoolTerm.cast (fun x => Bool.xor_eq (p x) (q x)) (BoolTerm.not (BoolTerm.iff s t))

theorem Int.negSucc_neg (n : Nat) : Int.Le (Int.negSucc n) (Int.negSucc 0) :=
  Int.Le.of_ble (a := Int.negSucc n) (b := Int.negSucc 0) (Int.Le.ble (a := Int.ofNat 0) (b := Int.ofNat n) (Int.ofNat_nonneg n))
/-- What holds of a difference d of two numbers, as of any number: it is not negative and its upper bounds are so, or it
is at most -1 and its lower bounds are so. -/
theorem Int.sign (low high d : Int) (l : Int.Le low d) (h : Int.Le d high) :
    And (Eq (Bool.cond (Bool.not (Int.isNegative d)) (Int.ble (Int.ofNat 0) high) (Int.ble low (Int.negSucc 0))) Bool.true)
      (Bool.rec (motive := fun _ => Prop) (Int.Le d (Int.negSucc 0)) (Int.Le (Int.ofNat 0) d) (Bool.not (Int.isNegative d))) :=
  Int.rec (motive := fun d => Int.Le low d → Int.Le d high →
      And (Eq (Bool.cond (Bool.not (Int.isNegative d)) (Int.ble (Int.ofNat 0) high) (Int.ble low (Int.negSucc 0))) Bool.true)
        (Bool.rec (motive := fun _ => Prop) (Int.Le d (Int.negSucc 0)) (Int.Le (Int.ofNat 0) d) (Bool.not (Int.isNegative d))))
    (fun n _ h => And.intro (Int.Le.ble (Int.Le.trans (Int.ofNat_nonneg n) h)) (Int.ofNat_nonneg n))
    (fun n l _ => And.intro (Int.Le.ble (Int.Le.trans l (Int.negSucc_neg n))) (Int.negSucc_neg n)) d l h
def BoolTerm.possibleSign (low high : Box → Int) (v : Bool) (b : Box) : Bool :=
  Bool.cond v (Int.ble (Int.ofNat 0) (high b)) (Int.ble (low b) (Int.negSucc 0))
def BoolTerm.cutSign (under over : Box → List Int) (v : Bool) (_ : Nat) (b : Box) : List Int :=
  Bool.cond v (over b) (Linear.minus (Linear.constant (Int.negSucc 0)) (under b))
theorem Linear.below (a : List Int) (x : Point) (d : Int) (u : Int.Le (Linear.at a x) d) (n : Int.Le d (Int.negSucc 0)) :
    Int.Le (Int.ofNat 0) (Linear.at (Linear.minus (Linear.constant (Int.negSucc 0)) a) x) :=
  Int.Le.trans (b := Int.add (Int.negSucc 0) (Int.neg (Linear.at a x)))
    (Int.Le.trans (Int.Le.equal (Eq.refl (Int.ofNat 0))) (Int.Le.add (Int.Le.refl (Int.negSucc 0)) (Int.Le.neg (Int.Le.trans u n))))
    (Int.Le.equal (Eq.symm (Eq.trans (Linear.value_minus (Linear.constant (Int.negSucc 0)) a (Point.vector x))
      (congr (fun s => Int.add s (Int.neg (Linear.at a x))) (Linear.at_constant (Int.negSucc 0) x)))))
theorem Allowed.sign {low high : Box → Int} {under over : Box → List Int} {b : Box} {x : Point} (d : Int)
    (l : Int.Le (low b) d) (h : Int.Le d (high b)) (u : Int.Le (Linear.at (under b) x) d) (o : Int.Le d (Linear.at (over b) x)) :
    Allowed (BoolTerm.possibleSign low high) (BoolTerm.cutSign under over) b x (Bool.not (Int.isNegative d)) :=
  And.rec (fun possible side => Allowed.intro possible
    (Bool.rec (motive := fun v => Bool.rec (motive := fun _ => Prop) (Int.Le d (Int.negSucc 0)) (Int.Le (Int.ofNat 0) d) v →
        (path : Nat) → Int.Le (Int.ofNat 0) (Linear.at (BoolTerm.cutSign under over v path b) x))
      (fun n _ => Linear.below (under b) x d u n)
      (fun n _ => Int.Le.trans n o) (Bool.not (Int.isNegative d)) side))
    (Int.sign (low b) (high b) d l h)
/-- f is at most g where t, which is g - f, is not negative. -/
def BoolTerm.ble {form : Nat → List Int} {f g : Point → Int} (t : IntTerm form (fun x => Int.sub (g x) (f x))) :
    BoolTerm form (fun x => Int.ble (f x) (g x)) :=
  BoolTerm.cast (fun x => Eq.symm (Int.ble_eq (f x) (g x)))
    (BoolTerm.mk (p := fun x => Bool.not (Int.isNegative (Int.sub (g x) (f x))))
      (BoolTerm.possibleSign (IntTerm.low t) (IntTerm.high t)) (BoolTerm.cutSign (IntTerm.under t) (IntTerm.over t))
      (fun b x h => IntTerm.use t h (fun l k u o => Allowed.sign (Int.sub (g x) (f x)) l k u o)))
theorem Int.sub_swap (a b : Int) : Eq (Int.neg (Int.sub a b)) (Int.sub b a) :=
  Eq.trans (congr Int.neg (Int.sub_eq a b)) (Eq.trans (Int.neg_add a (Int.neg b))
    (Eq.trans (congr (Int.add (Int.neg a)) (Int.neg_neg b))
      (Eq.trans (Int.add_comm (Int.neg a) b) (Eq.symm (Int.sub_eq b a)))))
/-- f is at most g where t, which is f - g, is not positive. -/
def BoolTerm.bleOpposite {form : Nat → List Int} {f g : Point → Int} (t : IntTerm form (fun x => Int.sub (f x) (g x))) :
    BoolTerm form (fun x => Int.ble (f x) (g x)) :=
  BoolTerm.ble (IntTerm.cast (fun x => Int.sub_swap (f x) (g x)) (IntTerm.neg t))
def BoolTerm.blt {form : Nat → List Int} {f g : Point → Int} (t : BoolTerm form (fun x => Int.ble (g x) (f x))) :
    BoolTerm form (fun x => Int.blt (f x) (g x)) :=
  BoolTerm.cast (fun x => Eq.symm (Int.blt_eq (f x) (g x))) (BoolTerm.not t)
def BoolTerm.beq {form : Nat → List Int} {f g : Point → Int} (s : BoolTerm form (fun x => Int.ble (f x) (g x)))
    (t : BoolTerm form (fun x => Int.ble (g x) (f x))) : BoolTerm form (fun x => Int.beq (f x) (g x)) :=
  BoolTerm.cast (fun x => Eq.symm (Int.beq_eq (f x) (g x))) (BoolTerm.and s t)
theorem Bool.toInt_nonneg (v : Bool) : Int.Le (Int.ofNat 0) (Bool.toInt v) :=
  Bool.rec (motive := fun v => Int.Le (Int.ofNat 0) (Bool.toInt v)) (Int.Le.refl (Int.ofNat 0)) (Int.ofNat_nonneg 1) v
theorem Bool.toInt_le_one (v : Bool) : Int.Le (Bool.toInt v) Int.one :=
  Bool.rec (motive := fun v => Int.Le (Bool.toInt v) Int.one) (Int.ofNat_nonneg 1) (Int.Le.refl Int.one) v
def IntTerm.toInt {form : Nat → List Int} {p : Point → Bool} (t : BoolTerm form p) : IntTerm form (fun x => Bool.toInt (p x)) :=
  IntTerm.between (fun b => Bool.toInt (Bool.not (BoolTerm.possible t Bool.false b))) (fun b => Bool.toInt (BoolTerm.possible t Bool.true b))
    (fun b x h => Allowed.rec (motive := fun _ => And
        (Int.Le (Bool.toInt (Bool.not (BoolTerm.possible t Bool.false b))) (Bool.toInt (p x)))
        (Int.Le (Bool.toInt (p x)) (Bool.toInt (BoolTerm.possible t Bool.true b))))
      (fun isPossible _ => Bool.rec (motive := fun v => Eq (BoolTerm.possible t v b) Bool.true → And
          (Int.Le (Bool.toInt (Bool.not (BoolTerm.possible t Bool.false b))) (Bool.toInt v))
          (Int.Le (Bool.toInt v) (Bool.toInt (BoolTerm.possible t Bool.true b))))
        (fun e => And.intro (Int.Le.equal (congr (fun v => Bool.toInt (Bool.not v)) e)) (Bool.toInt_nonneg (BoolTerm.possible t Bool.true b)))
        (fun e => And.intro (Bool.toInt_le_one (Bool.not (BoolTerm.possible t Bool.false b))) (Int.Le.equal (Eq.symm (congr Bool.toInt e))))
        (p x) isPossible)
      (BoolTerm.sound t b x h))

/-! Comparisons with the greater or the lesser of two -/

theorem Bool.same {a b : Bool} (h : Eq a Bool.true → Eq b Bool.true) (k : Eq b Bool.true → Eq a Bool.true) : Eq a b :=
  Bool.cases a (fun t => Eq.trans t (Eq.symm (h t)))
    (fun f => Bool.cases b (fun t => Bool.contradiction f (k t)) (fun g => Eq.trans f (Eq.symm g)))
theorem Bool.either {a b : Bool} {p : Prop} (h : Eq (Bool.or a b) Bool.true) (l : Eq a Bool.true → p) (r : Eq b Bool.true → p) : p :=
  Bool.cases a l (fun f => r (Eq.trans (congr (fun a => Bool.or a b) (Eq.symm f)) h))
theorem Int.max_ble (a b c : Int) : Eq (Bool.and (Int.ble a c) (Int.ble b c)) (Int.ble (Int.max a b) c) :=
  Bool.same (fun h => Int.Le.ble (Int.max_least (Int.Le.of_ble (Bool.left h)) (Int.Le.of_ble (Bool.right h))))
    (fun h => Bool.both (Int.Le.ble (Int.Le.trans (Int.max_left a b) (Int.Le.of_ble h)))
      (Int.Le.ble (Int.Le.trans (Int.max_right a b) (Int.Le.of_ble h))))
theorem Int.ble_max (a b c : Int) : Eq (Bool.or (Int.ble c a) (Int.ble c b)) (Int.ble c (Int.max a b)) :=
  Bool.same
    (fun h => Bool.either h (fun l => Int.Le.ble (Int.Le.trans (Int.Le.of_ble l) (Int.max_left a b)))
      (fun r => Int.Le.ble (Int.Le.trans (Int.Le.of_ble r) (Int.max_right a b))))
    (fun h => Or.rec (motive := fun _ => Eq (Bool.or (Int.ble c a) (Int.ble c b)) Bool.true)
      (fun e => Bool.or_left (Eq.trans (congr (Int.ble c) e) h)) (fun e => Bool.or_right (Eq.trans (congr (Int.ble c) e) h))
      (Int.max_either a b))
theorem Int.min_ble (a b c : Int) : Eq (Bool.or (Int.ble a c) (Int.ble b c)) (Int.ble (Int.min a b) c) :=
  Bool.same
    (fun h => Bool.either h (fun l => Int.Le.ble (Int.Le.trans (Int.min_le_left a b) (Int.Le.of_ble l)))
      (fun r => Int.Le.ble (Int.Le.trans (Int.min_le_right a b) (Int.Le.of_ble r))))
    (Bool.rec (motive := fun d => Eq (Int.ble (Bool.cond d a b) c) Bool.true → Eq (Bool.or (Int.ble a c) (Int.ble b c)) Bool.true)
      (fun h => Bool.or_right h) (fun h => Bool.or_left h) (Int.ble a b))
theorem Int.ble_min (a b c : Int) : Eq (Bool.and (Int.ble c a) (Int.ble c b)) (Int.ble c (Int.min a b)) :=
  Bool.same
    (Bool.rec (motive := fun d => Eq (Bool.and (Int.ble c a) (Int.ble c b)) Bool.true → Eq (Int.ble c (Bool.cond d a b)) Bool.true)
      (fun h => Bool.right h) (fun h => Bool.left h) (Int.ble a b))
    (fun h => Bool.both (Int.Le.ble (Int.Le.trans (Int.Le.of_ble h) (Int.min_le_left a b)))
      (Int.Le.ble (Int.Le.trans (Int.Le.of_ble h) (Int.min_le_right a b))))
theorem Int.abs_eq (a : Int) : Eq (Int.max a (Int.neg a)) (Int.abs a) :=
  Int.Le.antisymm (Int.max_least (Int.abs_left a) (Int.abs_right a))
    (Or.rec (motive := fun _ => Int.Le (Int.abs a) (Int.max a (Int.neg a)))
      (fun e => Int.Le.trans (Int.Le.equal (Eq.symm e)) (Int.max_left a (Int.neg a)))
      (fun e => Int.Le.trans (Int.Le.equal (Eq.symm e)) (Int.max_right a (Int.neg a))) (Int.abs_either a))
def BoolTerm.maxBle {form : Nat → List Int} {f g h : Point → Int} (s : BoolTerm form (fun x => Int.ble (f x) (h x)))
    (t : BoolTerm form (fun x => Int.ble (g x) (h x))) : BoolTerm form (fun x => Int.ble (Int.max (f x) (g x)) (h x)) :=
  BoolTerm.cast (fun x => Int.max_ble (f x) (g x) (h x)) (BoolTerm.and s t)
def BoolTerm.bleMax {form : Nat → List Int} {f g h : Point → Int} (s : BoolTerm form (fun x => Int.ble (h x) (f x)))
    (t : BoolTerm form (fun x => Int.ble (h x) (g x))) : BoolTerm form (fun x => Int.ble (h x) (Int.max (f x) (g x))) :=
  BoolTerm.cast (fun x => Int.ble_max (f x) (g x) (h x)) (BoolTerm.or s t)
def BoolTerm.minBle {form : Nat → List Int} {f g h : Point → Int} (s : BoolTerm form (fun x => Int.ble (f x) (h x)))
    (t : BoolTerm form (fun x => Int.ble (g x) (h x))) : BoolTerm form (fun x => Int.ble (Int.min (f x) (g x)) (h x)) :=
  BoolTerm.cast (fun x => Int.min_ble (f x) (g x) (h x)) (BoolTerm.or s t)
def BoolTerm.bleMin {form : Nat → List Int} {f g h : Point → Int} (s : BoolTerm form (fun x => Int.ble (h x) (f x)))
    (t : BoolTerm form (fun x => Int.ble (h x) (g x))) : BoolTerm form (fun x => Int.ble (h x) (Int.min (f x) (g x))) :=
  BoolTerm.cast (fun x => Int.ble_min (f x) (g x) (h x)) (BoolTerm.and s t)
def BoolTerm.absBle {form : Nat → List Int} {f h : Point → Int} (s : BoolTerm form (fun x => Int.ble (f x) (h x)))
    (t : BoolTerm form (fun x => Int.ble (Int.neg (f x)) (h x))) : BoolTerm form (fun x => Int.ble (Int.abs (f x)) (h x)) :=
  BoolTerm.cast (fun x => congr (fun a => Int.ble a (h x)) (Int.abs_eq (f x))) (BoolTerm.maxBle s t)
def BoolTerm.bleAbs {form : Nat → List Int} {f h : Point → Int} (s : BoolTerm form (fun x => Int.ble (h x) (f x)))
    (t : BoolTerm form (fun x => Int.ble (h x) (Int.neg (f x)))) : BoolTerm form (fun x => Int.ble (h x) (Int.abs (f x))) :=
  BoolTerm.cast (fun x => congr (Int.ble (h x)) (Int.abs_eq (f x))) (BoolTerm.bleMax s t)

/-! What a formula joins by `and` -/

inductive Parts (form : Nat → List Int) : (Point → Bool) → Type where
  | one {p : Point → Bool} (t : BoolTerm form p) : Parts form p
  | both {p q : Point → Bool} (l : Parts form p) (r : Parts form q) : Parts form (fun x => Bool.and (p x) (q x))
  | nothing {p : Point → Bool} : Parts form p
/-- Whether the part that a path leads to is false on a box. -/
def Parts.isFalse {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) : Nat → Box → Bool :=
  Parts.rec (motive := fun _ _ => Nat → Box → Bool) (fun t _ b => Bool.not (BoolTerm.possible t Bool.true b))
    (fun _ _ l r path b => Bool.cond (Nat.beq (Nat.mod path 2) 0) (l (Nat.div path 2) b) (r (Nat.div path 2) b))
    (fun _ _ => Bool.false) parts
def Parts.cut {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) : Nat → Box → List Int :=
  Parts.rec (motive := fun _ _ => Nat → Box → List Int) (fun t path b => BoolTerm.cut t Bool.true path b)
    (fun _ _ l r path b => Bool.cond (Nat.beq (Nat.mod path 2) 0) (l (Nat.div path 2) b) (r (Nat.div path 2) b))
    (fun _ _ => List.nil) parts
theorem Parts.isFalse_sound {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) {b : Box} {x : Point}
    (h : Box.Holds form b x) : (path : Nat) → Eq (Parts.isFalse parts path b) Bool.true → Eq (p x) Bool.true → False :=
  Parts.rec (motive := fun p parts => (path : Nat) → Eq (Parts.isFalse parts path b) Bool.true → Eq (p x) Bool.true → False)
    (fun t _ k e => Allowed.rec (motive := fun _ => False)
      (fun isPossible _ => Bool.contradiction (Bool.of_not k)
        (Eq.subst (p := fun v => Eq (BoolTerm.possible t v b) Bool.true) e isPossible)) (BoolTerm.sound t b x h))
    (fun {p q} l r hl hr path => Bool.rec
      (motive := fun c => Eq (Bool.cond c (Parts.isFalse l (Nat.div path 2) b) (Parts.isFalse r (Nat.div path 2) b)) Bool.true →
        Eq (Bool.and (p x) (q x)) Bool.true → False)
      (fun k e => hr (Nat.div path 2) k (Bool.right e)) (fun k e => hl (Nat.div path 2) k (Bool.left e))
      (Nat.beq (Nat.mod path 2) 0))
    (fun _ k _ => Bool.absurd k) parts
theorem Parts.cut_sound {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) {b : Box} {x : Point}
    (h : Box.Holds form b x) : (path : Nat) → Eq (p x) Bool.true → Int.Le (Int.ofNat 0) (Linear.at (Parts.cut parts path b) x) :=
  Parts.rec (motive := fun p parts => (path : Nat) → Eq (p x) Bool.true → Int.Le (Int.ofNat 0) (Linear.at (Parts.cut parts path b) x))
    (fun t path e => Allowed.rec (motive := fun _ => Int.Le (Int.ofNat 0) (Linear.at (BoolTerm.cut t Bool.true path b) x))
      (fun _ isCut => Eq.subst (p := fun v => Int.Le (Int.ofNat 0) (Linear.at (BoolTerm.cut t v path b) x)) e (isCut path))
      (BoolTerm.sound t b x h))
    (fun l r hl hr path e => Bool.rec
      (motive := fun c => Int.Le (Int.ofNat 0) (Linear.at (Bool.cond c (Parts.cut l (Nat.div path 2) b) (Parts.cut r (Nat.div path 2) b)) x))
      (hr (Nat.div path 2) (Bool.right e)) (hl (Nat.div path 2) (Bool.left e)) (Nat.beq (Nat.mod path 2) 0))
    (fun _ _ => Int.Le.refl (Int.ofNat 0)) parts

/-! Trees -/

/-- A sum of multiples of bounds: of the lower bound of form j where m is not negative, of the upper bound where it is;
and of n times what the part at a path is known to have. -/
inductive Combination : Type where
  | nil : Combination
  | bound (j : Nat) (m : Int) (rest : Combination) : Combination
  | cut (path n : Nat) (rest : Combination) : Combination
/-- The linear form that is combined, and the least that it can be on a box. -/
def Combination.total {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) (b : Box) (c : Combination) : List Int :=
  Combination.rec List.nil (fun j m _ rest => Linear.plus (Linear.times m (form j)) rest)
    (fun path n _ rest => Linear.plus (Linear.times (Int.ofNat n) (Parts.cut parts path b)) rest) c
def Combination.least (b : Box) (c : Combination) : Int :=
  Combination.rec (Int.ofNat 0) (fun j m _ rest => Int.add (Int.atSign m (Box.high b j) (Box.low b j)) rest)
    (fun _ _ _ rest => rest) c
theorem Combination.sound {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) {b : Box} {x : Point}
    (h : Box.Holds form b x) (e : Eq (p x) Bool.true) (c : Combination) :
    Int.Le (Combination.least b c) (Linear.at (Combination.total parts b c) x) :=
  Combination.rec (motive := fun c => Int.Le (Combination.least b c) (Linear.at (Combination.total parts b c) x))
    (Int.Le.refl (Int.ofNat 0))
    (fun j m rest k => Int.Le.trans (Int.Le.add (Int.Le.scale m (Box.Holds.low h j) (Box.Holds.high h j)) k)
      (Int.Le.equal (Eq.symm (Eq.trans
        (Linear.value_plus (Linear.times m (form j)) (Combination.total parts b rest) (Point.vector x))
        (congr (fun s => Int.add s (Linear.at (Combination.total parts b rest) x))
          (Linear.value_times m (form j) (Point.vector x)))))))
    (fun path n rest k => Int.Le.trans
      (Int.Le.trans (Int.Le.equal (Eq.symm (Int.zero_add (Combination.least b rest))))
        (Int.Le.add (a := Int.ofNat 0) (b := Int.mul (Int.ofNat n) (Linear.at (Parts.cut parts path b) x))
          (Int.Le.trans (Int.Le.equal (Eq.symm (Int.mul_zero (Int.ofNat n))))
            (Int.Le.scale (Int.ofNat n) (Parts.cut_sound parts h path e) (Int.Le.refl (Linear.at (Parts.cut parts path b) x)))) k))
      (Int.Le.equal (Eq.symm (Eq.trans
        (Linear.value_plus (Linear.times (Int.ofNat n) (Parts.cut parts path b)) (Combination.total parts b rest) (Point.vector x))
        (congr (fun s => Int.add s (Linear.at (Combination.total parts b rest) x))
          (Linear.value_times (Int.ofNat n) (Parts.cut parts path b) (Point.vector x))))))) c

/-- That a form is a constant, and less than the least that it can be. -/
def Linear.head (a : List Int) : Int := List.rec (motive := fun _ => Int) (Int.ofNat 0) (fun c _ _ => c) a
def Linear.contradicts (least : Int) (a : List Int) : Bool :=
  Bool.and (Int.ble (Int.add (Linear.head a) Int.one) least) (Linear.isZero (Linear.minus a (Linear.constant (Linear.head a))))
theorem Linear.contradiction {least : Int} (a : List Int) (x : Point) (h : Eq (Linear.contradicts least a) Bool.true)
    (l : Int.Le least (Linear.at a x)) : False :=
  Int.not_succ_le (Linear.head a) (Int.Le.trans (Int.Le.of_ble (Bool.left h)) (Int.Le.trans l
    (Int.Le.equal (Int.eq_of_minus (Linear.at a x) (Linear.head a)
      (Eq.trans (congr (fun s => Int.add (Linear.at a x) (Int.neg s)) (Eq.symm (Linear.at_constant (Linear.head a) x)))
        (Eq.trans (Eq.symm (Linear.value_minus a (Linear.constant (Linear.head a)) (Point.vector x)))
          (Linear.value_zero (Linear.minus a (Linear.constant (Linear.head a))) (Point.vector x) (Bool.right h))))))))

inductive Tree : Type where
  /-- Form j is at most k on the left, and at least k + 1 on the right. -/
  | split (j : Nat) (k : Int) (left right : Tree) : Tree
  /-- The part that the path leads to is false on the box. -/
  | refuted (path : Nat) : Tree
  /-- What is combined is a constant, and less than the least that it can be. -/
  | infeasible (c : Combination) : Tree
def Tree.check {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) (tree : Tree) : Box → Bool :=
  Tree.rec (motive := fun _ => Box → Bool)
    (fun j k _ _ left right b => Bool.and (left (Box.atMost b j k)) (right (Box.atLeast b j (Int.add k Int.one))))
    (fun path b => Parts.isFalse parts path b)
    (fun c b => Linear.contradicts (Combination.least b c) (Combination.total parts b c)) tree
theorem Tree.sound {form : Nat → List Int} {p : Point → Bool} (parts : Parts form p) {x : Point} (e : Eq (p x) Bool.true)
    (tree : Tree) : (b : Box) → Box.Holds form b x → Eq (Tree.check parts tree b) Bool.true → False :=
  Tree.rec (motive := fun tree => (b : Box) → Box.Holds form b x → Eq (Tree.check parts tree b) Bool.true → False)
    (fun j k _ _ left right b h c => Bool.cases (Int.ble (Linear.at (form j) x) k)
      (fun l => left (Box.atMost b j k) (Box.Holds.atMost h j k (Int.Le.of_ble l)) (Bool.left c))
      (fun l => right (Box.atLeast b j (Int.add k Int.one)) (Box.Holds.atLeast h j (Int.add k Int.one) (Int.lt_of_ble l)) (Bool.right c)))
    (fun path b h c => Parts.isFalse_sound parts h path c e)
    (fun c b h k => Linear.contradiction (Combination.total parts b c) x k (Combination.sound parts h e c)) tree

/-! The box of all points with coordinates in 0..n -/

/-- That each of two lists is the other's bound. -/
inductive Inside : List Int → List Int → Prop where
  | nil : Inside List.nil List.nil
  | cons {n v : Int} {ns vs : List Int} (low : Int.Le (Int.ofNat 0) v) (high : Int.Le v n) (rest : Inside ns vs) :
      Inside (List.cons n ns) (List.cons v vs)
def Linear.least (coefficients bounds : List Int) : Int :=
  List.rec (motive := fun _ => List Int → Int) (fun _ => Int.ofNat 0)
    (fun c _ rest bounds => List.rec (motive := fun _ => Int) (Int.ofNat 0)
      (fun n others _ => Int.add (Int.atSign c n (Int.ofNat 0)) (rest others)) bounds) coefficients bounds
def Linear.most (coefficients bounds : List Int) : Int :=
  List.rec (motive := fun _ => List Int → Int) (fun _ => Int.ofNat 0)
    (fun c _ rest bounds => List.rec (motive := fun _ => Int) (Int.ofNat 0)
      (fun n others _ => Int.add (Int.atSign c (Int.ofNat 0) n) (rest others)) bounds) coefficients bounds
theorem Inside.least {ns vs : List Int} (h : Inside ns vs) : (a : List Int) → Int.Le (Linear.least a ns) (Linear.value a vs) :=
  Inside.rec (motive := fun ns vs _ => (a : List Int) → Int.Le (Linear.least a ns) (Linear.value a vs))
    (fun a => List.rec (motive := fun a => Int.Le (Linear.least a List.nil) (Linear.value a List.nil))
      (Int.Le.refl (Int.ofNat 0)) (fun _ _ _ => Int.Le.refl (Int.ofNat 0)) a)
    (fun {n v ns vs} low high _ k a => List.rec (motive := fun a => Int.Le (Linear.least a (List.cons n ns)) (Linear.value a (List.cons v vs)))
      (Int.Le.refl (Int.ofNat 0)) (fun c a _ => Int.Le.add (Int.Le.scale c low high) (k a)) a) h
theorem Inside.most {ns vs : List Int} (h : Inside ns vs) : (a : List Int) → Int.Le (Linear.value a vs) (Linear.most a ns) :=
  Inside.rec (motive := fun ns vs _ => (a : List Int) → Int.Le (Linear.value a vs) (Linear.most a ns))
    (fun a => List.rec (motive := fun a => Int.Le (Linear.value a List.nil) (Linear.most a List.nil))
      (Int.Le.refl (Int.ofNat 0)) (fun _ _ _ => Int.Le.refl (Int.ofNat 0)) a)
    (fun {n v ns vs} low high _ k a => List.rec (motive := fun a => Int.Le (Linear.value a (List.cons v vs)) (Linear.most a (List.cons n ns)))
      (Int.Le.refl (Int.ofNat 0)) (fun c a _ => Int.Le.add (Int.Le.scale_high c low high) (k a)) a) h
def Linear.bounds (n : Int) : List Int :=
  List.cons Int.one (List.cons n (List.cons n (List.cons n (List.cons n (List.cons n (List.cons n (List.cons n (List.cons n List.nil))))))))
def Box.start (form : Nat → List Int) (n : Int) : Box :=
  Box.mk (fun j => Linear.least (form j) (Linear.bounds n)) (fun j => Linear.most (form j) (Linear.bounds n))
def Linear.nth (forms : List (List Int)) (j : Nat) : List Int :=
  List.rec (motive := fun _ => Nat → List Int) (fun _ => List.nil) (fun a _ rest j => Nat.rec (motive := fun _ => List Int) a (fun i _ => rest i) j) forms j

/-- The bounds of a chunk, as certificates write them. -/
def Point.within (n : Int) (x : Point) : Bool :=
  Bool.and
    (Bool.and (Bool.and (Int.isBetween x.x1 0 n) (Int.isBetween x.x2 0 n)) (Bool.and (Int.isBetween x.x3 0 n) (Int.isBetween x.x4 0 n)))
    (Bool.and (Bool.and (Int.isBetween x.x5 0 n) (Int.isBetween x.x6 0 n)) (Bool.and (Int.isBetween x.x7 0 n) (Int.isBetween x.x8 0 n)))
theorem Inside.next {n v : Int} {ns vs : List Int} (h : Eq (Int.isBetween v 0 n) Bool.true) (rest : Inside ns vs) :
    Inside (List.cons n ns) (List.cons v vs) :=
  Inside.cons (Int.Le.of_ble (Bool.left h)) (Int.Le.of_ble (Bool.right h)) rest
theorem Point.inside {n : Int} {x : Point} (h : Eq (Point.within n x) Bool.true) : Inside (Linear.bounds n) (Point.vector x) :=
  Inside.cons (Int.ofNat_nonneg 1) (Int.Le.refl Int.one)
    (Inside.next (Bool.left (Bool.left (Bool.left h))) (Inside.next (Bool.right (Bool.left (Bool.left h)))
      (Inside.next (Bool.left (Bool.right (Bool.left h))) (Inside.next (Bool.right (Bool.right (Bool.left h)))
        (Inside.next (Bool.left (Bool.left (Bool.right h))) (Inside.next (Bool.right (Bool.left (Bool.right h)))
          (Inside.next (Bool.left (Bool.right (Bool.right h))) (Inside.next (Bool.right (Bool.right (Bool.right h))) Inside.nil))))))))

/-- No point meets a formula that has bounds and a tree. -/
theorem Tree.refutes (forms : List (List Int)) {p : Point → Bool} (parts : Parts (Linear.nth forms) p) (n : Int)
    (within : (x : Point) → Eq (p x) Bool.true → Eq (Point.within n x) Bool.true) (tree : Tree)
    (check : Eq (Tree.check parts tree (Box.start (Linear.nth forms) n)) Bool.true) (x : Point) (e : Eq (p x) Bool.true) : False :=
  Tree.sound parts e tree (Box.start (Linear.nth forms) n)
    (Box.Holds.intro (fun j => Inside.least (Point.inside (within x e)) (Linear.nth forms j))
      (fun j => Inside.most (Point.inside (within x e)) (Linear.nth forms j))) check
/-- A claim that is false at no point of a formula is true at all of them. -/
theorem Tree.implies {p q : Point → Bool} (h : (x : Point) → Eq (Bool.and (p x) (Bool.not (q x))) Bool.true → False)
    (x : Point) (e : Eq (p x) Bool.true) : Eq (q x) Bool.true :=
  Bool.rec (motive := fun v => Eq (q x) v → Eq (q x) Bool.true)
    (fun f => False.rec (fun _ => Eq (q x) Bool.true) (h x (Bool.both e (congr Bool.not f)))) (fun t => t) (q x) (Eq.refl _)
