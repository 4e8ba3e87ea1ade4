prelude
import Support
/-
The little that box trees need to know of integers: a commutative ring, and its order.

Every integer is a difference of two natural numbers, so laws of Int are laws of Nat (Int.difference). Proofs are
terms, as tactics need Lean's library.
-/

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
noncomputable section

/-! Logic -/

inductive True : Prop where
  | intro : True
inductive False : Prop
inductive And (a b : Prop) : Prop where
  | intro (left : a) (right : b) : And a b

theorem Eq.subst.{u} {α : Sort u} {p : α → Prop} {a b : α} (h : Eq a b) (pa : p a) : p b :=
  Eq.rec (motive := fun c _ => p c) pa h
theorem Eq.symm.{u} {α : Sort u} {a b : α} (h : Eq a b) : Eq b a := Eq.subst (p := fun c => Eq c a) h (Eq.refl a)
theorem Eq.trans.{u} {α : Sort u} {a b c : α} (h : Eq a b) (k : Eq b c) : Eq a c := Eq.subst (p := Eq a) k h
theorem congr.{u, v} {α : Sort u} {β : Sort v} (f : α → β) {a b : α} (h : Eq a b) : Eq (f a) (f b) :=
  Eq.subst (p := fun c => Eq (f a) (f c)) h (Eq.refl (f a))
theorem congr₂.{u, v, w} {α : Sort u} {β : Sort v} {γ : Sort w} (f : α → β → γ) {a b : α} {c d : β} (h : Eq a b)
    (k : Eq c d) : Eq (f a c) (f b d) :=
  Eq.trans (congr (fun x => f x c) h) (congr (f b) k)

/-! Bool -/

theorem Bool.absurd {a : Prop} (h : Eq Bool.false Bool.true) : a :=
  False.rec (fun _ => a) (Eq.subst (p := fun b => Bool.rec (motive := fun _ => Prop) True False b) h True.intro)
theorem Bool.contradiction {a : Prop} {b : Bool} (f : Eq b Bool.false) (t : Eq b Bool.true) : a :=
  Bool.absurd (Eq.trans (Eq.symm f) t)
theorem Bool.both {a b : Bool} (h : Eq a Bool.true) (k : Eq b Bool.true) : Eq (Bool.and a b) Bool.true :=
  congr₂ Bool.and h k
theorem Bool.left {a b : Bool} : Eq (Bool.and a b) Bool.true → Eq a Bool.true :=
  Bool.rec (motive := fun a => Eq (Bool.and a b) Bool.true → Eq a Bool.true) (fun h => h) (fun _ => Eq.refl _) a
theorem Bool.right {a b : Bool} : Eq (Bool.and a b) Bool.true → Eq b Bool.true :=
  Bool.rec (motive := fun a => Eq (Bool.and a b) Bool.true → Eq b Bool.true) (fun h => Bool.absurd h) (fun h => h) a
theorem Bool.and_comm (a b : Bool) : Eq (Bool.and a b) (Bool.and b a) :=
  Bool.rec (motive := fun a => Eq (Bool.and a b) (Bool.and b a))
    (Bool.rec (motive := fun b => Eq Bool.false (Bool.and b Bool.false)) (Eq.refl _) (Eq.refl _) b)
    (Bool.rec (motive := fun b => Eq b (Bool.and b Bool.true)) (Eq.refl _) (Eq.refl _) b) a
theorem Bool.of_not {a : Bool} : Eq (Bool.not a) Bool.true → Eq a Bool.false :=
  Bool.rec (motive := fun a => Eq (Bool.not a) Bool.true → Eq a Bool.false) (fun _ => Eq.refl _) (fun h => Bool.absurd h) a
theorem Bool.not_not (a : Bool) : Eq a (Bool.not (Bool.not a)) :=
  Bool.rec (motive := fun a => Eq a (Bool.not (Bool.not a))) (Eq.refl _) (Eq.refl _) a
/-- What follows from either value of a Bool. -/
theorem Bool.cases {p : Prop} (b : Bool) (t : Eq b Bool.true → p) (f : Eq b Bool.false → p) : p :=
  Bool.rec (motive := fun c => Eq b c → p) f t b (Eq.refl b)

/-! Nat -/

theorem Nat.zero_add (n : Nat) : Eq (Nat.add Nat.zero n) n :=
  Nat.rec (motive := fun n => Eq (Nat.add Nat.zero n) n) (Eq.refl _) (fun _ h => congr Nat.succ h) n
theorem Nat.succ_add (m n : Nat) : Eq (Nat.add (Nat.succ m) n) (Nat.succ (Nat.add m n)) :=
  Nat.rec (motive := fun n => Eq (Nat.add (Nat.succ m) n) (Nat.succ (Nat.add m n))) (Eq.refl _)
    (fun _ h => congr Nat.succ h) n
theorem Nat.add_comm (m n : Nat) : Eq (Nat.add m n) (Nat.add n m) :=
  Nat.rec (motive := fun n => Eq (Nat.add m n) (Nat.add n m)) (Eq.symm (Nat.zero_add m))
    (fun n h => Eq.trans (congr Nat.succ h) (Eq.symm (Nat.succ_add n m))) n
theorem Nat.add_assoc (a b c : Nat) : Eq (Nat.add (Nat.add a b) c) (Nat.add a (Nat.add b c)) :=
  Nat.rec (motive := fun c => Eq (Nat.add (Nat.add a b) c) (Nat.add a (Nat.add b c))) (Eq.refl _)
    (fun _ h => congr Nat.succ h) c
theorem Nat.add_exchange (a b c d : Nat) :
    Eq (Nat.add (Nat.add a b) (Nat.add c d)) (Nat.add (Nat.add a c) (Nat.add b d)) :=
  Eq.trans (Nat.add_assoc a b (Nat.add c d))
    (Eq.trans
      (congr (Nat.add a)
        (Eq.trans (Eq.symm (Nat.add_assoc b c d))
          (Eq.trans (congr (fun s => Nat.add s d) (Nat.add_comm b c)) (Nat.add_assoc c b d))))
      (Eq.symm (Nat.add_assoc a c (Nat.add b d))))
theorem Nat.add_mul (a b n : Nat) : Eq (Nat.mul (Nat.add a b) n) (Nat.add (Nat.mul a n) (Nat.mul b n)) :=
  Nat.rec (motive := fun n => Eq (Nat.mul (Nat.add a b) n) (Nat.add (Nat.mul a n) (Nat.mul b n))) (Eq.refl _)
    (fun n h =>
      Eq.trans (congr (fun s => Nat.add s (Nat.add a b)) h) (Nat.add_exchange (Nat.mul a n) (Nat.mul b n) a b)) n
theorem Nat.zero_mul (n : Nat) : Eq (Nat.mul Nat.zero n) Nat.zero :=
  Nat.rec (motive := fun n => Eq (Nat.mul Nat.zero n) Nat.zero) (Eq.refl _) (fun _ h => h) n
theorem Nat.one_mul (n : Nat) : Eq (Nat.mul (Nat.succ Nat.zero) n) n :=
  Nat.rec (motive := fun n => Eq (Nat.mul (Nat.succ Nat.zero) n) n) (Eq.refl _) (fun _ h => congr Nat.succ h) n
theorem Nat.mul_comm (m n : Nat) : Eq (Nat.mul m n) (Nat.mul n m) :=
  Nat.rec (motive := fun n => Eq (Nat.mul m n) (Nat.mul n m)) (Eq.symm (Nat.zero_mul m))
    (fun n h =>
      Eq.trans (congr₂ Nat.add h (Eq.symm (Nat.one_mul m))) (Eq.symm (Nat.add_mul n (Nat.succ Nat.zero) m))) n

theorem Nat.zero_sub (n : Nat) : Eq (Nat.sub Nat.zero n) Nat.zero :=
  Nat.rec (motive := fun n => Eq (Nat.sub Nat.zero n) Nat.zero) (Eq.refl _) (fun _ h => congr Nat.pred h) n
theorem Nat.sub_succ (m n : Nat) : Eq (Nat.sub m (Nat.succ n)) (Nat.pred (Nat.sub m n)) := @Eq.refl Nat (Nat.pred (Nat.sub m n))
theorem Nat.succ_sub_succ (m n : Nat) : Eq (Nat.sub (Nat.succ m) (Nat.succ n)) (Nat.sub m n) :=
  Nat.rec (motive := fun n => Eq (Nat.sub (Nat.succ m) (Nat.succ n)) (Nat.sub m n)) (Eq.refl m)
    (fun n h => Eq.trans (Nat.sub_succ (Nat.succ m) (Nat.succ n)) (Eq.trans (congr Nat.pred h) (Eq.symm (Nat.sub_succ m n)))) n
theorem Nat.add_sub_add (m n k : Nat) : Eq (Nat.sub (Nat.add m k) (Nat.add n k)) (Nat.sub m n) :=
  Nat.rec (motive := fun k => Eq (Nat.sub (Nat.add m k) (Nat.add n k)) (Nat.sub m n)) (Eq.refl _)
    (fun k h => Eq.trans (Nat.succ_sub_succ (Nat.add m k) (Nat.add n k)) h) k

/-- Of two numbers one is the other and something more. -/
inductive Nat.Compared (m n : Nat) : Prop where
  | more (d : Nat) (h : Eq m (Nat.add n d)) : Nat.Compared m n
  | less (d : Nat) (h : Eq n (Nat.add m (Nat.succ d))) : Nat.Compared m n
theorem Nat.compare (m : Nat) : (n : Nat) → Nat.Compared m n :=
  Nat.rec (motive := fun m => (n : Nat) → Nat.Compared m n)
    (fun n => Nat.rec (motive := fun n => Nat.Compared Nat.zero n) (Nat.Compared.more Nat.zero (Eq.refl _))
      (fun n _ => Nat.Compared.less n (Eq.symm (Nat.zero_add (Nat.succ n)))) n)
    (fun m h n => Nat.rec (motive := fun n => Nat.Compared (Nat.succ m) n)
      (Nat.Compared.more (Nat.succ m) (Eq.symm (Nat.zero_add (Nat.succ m))))
      (fun n _ => Nat.Compared.rec (motive := fun _ => Nat.Compared (Nat.succ m) (Nat.succ n))
        (fun d e => Nat.Compared.more d (Eq.trans (congr Nat.succ e) (Eq.symm (Nat.succ_add n d))))
        (fun d e => Nat.Compared.less d (Eq.trans (congr Nat.succ e) (Eq.symm (Nat.succ_add m (Nat.succ d)))))
        (h n)) n) m

/-! Int as differences of Nat -/

theorem Int.sub_cancel (m n k : Nat) : Eq (Int.subNatNat (Nat.add m k) (Nat.add n k)) (Int.subNatNat m n) :=
  congr₂ (fun more less => Bool.cond (Nat.isZero less) (Int.ofNat more) (Int.negSucc (Nat.pred less)))
    (Nat.add_sub_add m n k) (Nat.add_sub_add n m k)
theorem Int.sub_zero (n : Nat) : Eq (Int.subNatNat n Nat.zero) (Int.ofNat n) :=
  congr (fun less => Bool.cond (Nat.isZero less) (Int.ofNat n) (Int.negSucc (Nat.pred less))) (Nat.zero_sub n)
theorem Int.sub_more (n d : Nat) : Eq (Int.subNatNat (Nat.add n d) n) (Int.ofNat d) :=
  Eq.trans (congr₂ Int.subNatNat (Nat.add_comm n d) (Eq.symm (Nat.zero_add n)))
    (Eq.trans (Int.sub_cancel d Nat.zero n) (Int.sub_zero d))
theorem Int.sub_less (m d : Nat) : Eq (Int.subNatNat m (Nat.add m (Nat.succ d))) (Int.negSucc d) :=
  Eq.trans (congr₂ Int.subNatNat (Eq.symm (Nat.zero_add m)) (Nat.add_comm m (Nat.succ d)))
    (Int.sub_cancel Nat.zero (Nat.succ d) m)
/-- What holds of all differences holds of all integers. -/
theorem Int.difference {p : Int → Prop} (h : (m n : Nat) → p (Int.subNatNat m n)) (a : Int) : p a :=
  Int.rec (motive := p) (fun n => Eq.subst (Int.sub_zero n) (h n Nat.zero)) (fun n => h Nat.zero (Nat.succ n)) a
/-- What holds of differences that are not negative, and of those that are, holds of all differences. -/
theorem Int.sub_cases {p : Nat → Nat → Int → Prop}
    (more : (n d : Nat) → p (Nat.add n d) n (Int.ofNat d))
    (less : (m d : Nat) → p m (Nat.add m (Nat.succ d)) (Int.negSucc d)) (m n : Nat) : p m n (Int.subNatNat m n) :=
  Nat.Compared.rec (motive := fun _ => p m n (Int.subNatNat m n))
    (fun d e => Eq.subst (p := fun m => p m n (Int.subNatNat m n)) (Eq.symm e)
      (Eq.subst (p := p (Nat.add n d) n) (Eq.symm (Int.sub_more n d)) (more n d)))
    (fun d e => Eq.subst (p := fun n => p m n (Int.subNatNat m n)) (Eq.symm e)
      (Eq.subst (p := p m (Nat.add m (Nat.succ d))) (Eq.symm (Int.sub_less m d)) (less m d)))
    (Nat.compare m n)

theorem Int.add_sub (p q r s : Nat) :
    Eq (Int.add (Int.subNatNat p q) (Int.subNatNat r s)) (Int.subNatNat (Nat.add p r) (Nat.add q s)) :=
  Int.sub_cases (p := fun p q a => Eq (Int.add a (Int.subNatNat r s)) (Int.subNatNat (Nat.add p r) (Nat.add q s)))
    (fun q d => Int.sub_cases
      (p := fun r s b => Eq (Int.add (Int.ofNat d) b) (Int.subNatNat (Nat.add (Nat.add q d) r) (Nat.add q s)))
      (fun s e => Eq.symm (Eq.trans
        (congr (fun a => Int.subNatNat a (Nat.add q s)) (Nat.add_exchange q d s e))
        (Int.sub_more (Nat.add q s) (Nat.add d e))))
      (fun r e => Eq.symm (Eq.trans
        (congr₂ Int.subNatNat
          (Eq.trans (congr (fun a => Nat.add a r) (Nat.add_comm q d)) (Nat.add_assoc d q r))
          (Eq.trans (Eq.symm (Nat.add_assoc q r (Nat.succ e))) (Nat.add_comm (Nat.add q r) (Nat.succ e))))
        (Int.sub_cancel d (Nat.succ e) (Nat.add q r)))) r s)
    (fun p d => Int.sub_cases
      (p := fun r s b => Eq (Int.add (Int.negSucc d) b) (Int.subNatNat (Nat.add p r) (Nat.add (Nat.add p (Nat.succ d)) s)))
      (fun s e => Eq.symm (Eq.trans
        (congr₂ Int.subNatNat
          (Eq.trans (Eq.symm (Nat.add_assoc p s e)) (Nat.add_comm (Nat.add p s) e))
          (Eq.trans (congr (fun a => Nat.add a s) (Nat.add_comm p (Nat.succ d))) (Nat.add_assoc (Nat.succ d) p s)))
        (Int.sub_cancel e (Nat.succ d) (Nat.add p s))))
      (fun r e => Eq.symm (Eq.trans
        (congr (Int.subNatNat (Nat.add p r)) (Nat.add_exchange p (Nat.succ d) r (Nat.succ e)))
        (Eq.trans (Int.sub_less (Nat.add p r) (Nat.add (Nat.succ d) e))
          (congr Int.negSucc (Nat.succ_add d e))))) r s) p q

theorem Int.neg_sub (p q : Nat) : Eq (Int.neg (Int.subNatNat p q)) (Int.subNatNat q p) :=
  Int.sub_cases (p := fun p q a => Eq (Int.neg a) (Int.subNatNat q p))
    (fun q d => Eq.symm (Eq.trans
      (congr₂ Int.subNatNat (Eq.symm (Nat.zero_add q)) (Nat.add_comm q d)) (Int.sub_cancel Nat.zero d q)))
    (fun p d => Eq.symm (Int.sub_more p (Nat.succ d))) p q

/-! Int as a ring -/

theorem Int.add_comm (a b : Int) : Eq (Int.add a b) (Int.add b a) :=
  Int.difference (p := fun a => Eq (Int.add a b) (Int.add b a)) (fun p q =>
    Int.difference (p := fun b => Eq (Int.add (Int.subNatNat p q) b) (Int.add b (Int.subNatNat p q))) (fun r s =>
      Eq.trans (Int.add_sub p q r s)
        (Eq.trans (congr₂ Int.subNatNat (Nat.add_comm p r) (Nat.add_comm q s)) (Eq.symm (Int.add_sub r s p q)))) b) a
theorem Int.add_assoc (a b c : Int) : Eq (Int.add (Int.add a b) c) (Int.add a (Int.add b c)) :=
  Int.difference (p := fun a => Eq (Int.add (Int.add a b) c) (Int.add a (Int.add b c))) (fun p q =>
    Int.difference (p := fun b => Eq (Int.add (Int.add (Int.subNatNat p q) b) c) (Int.add (Int.subNatNat p q) (Int.add b c)))
      (fun r s => Int.difference (p := fun c => Eq (Int.add (Int.add (Int.subNatNat p q) (Int.subNatNat r s)) c)
          (Int.add (Int.subNatNat p q) (Int.add (Int.subNatNat r s) c))) (fun t u =>
        Eq.trans
          (Eq.trans (congr (fun x => Int.add x (Int.subNatNat t u)) (Int.add_sub p q r s))
            (Int.add_sub (Nat.add p r) (Nat.add q s) t u))
          (Eq.trans (congr₂ Int.subNatNat (Nat.add_assoc p r t) (Nat.add_assoc q s u))
            (Eq.symm (Eq.trans (congr (Int.add (Int.subNatNat p q)) (Int.add_sub r s t u))
              (Int.add_sub p q (Nat.add r t) (Nat.add s u)))))) c) b) a
theorem Int.add_exchange (a b c d : Int) :
    Eq (Int.add (Int.add a b) (Int.add c d)) (Int.add (Int.add a c) (Int.add b d)) :=
  Eq.trans (Int.add_assoc a b (Int.add c d))
    (Eq.trans
      (congr (Int.add a)
        (Eq.trans (Eq.symm (Int.add_assoc b c d))
          (Eq.trans (congr (fun s => Int.add s d) (Int.add_comm b c)) (Int.add_assoc c b d))))
      (Eq.symm (Int.add_assoc a c (Int.add b d))))
theorem Int.add_zero (a : Int) : Eq (Int.add a (Int.ofNat Nat.zero)) a :=
  Int.difference (p := fun a => Eq (Int.add a (Int.ofNat Nat.zero)) a) (fun p q => Int.add_sub p q Nat.zero Nat.zero) a
theorem Int.zero_add (a : Int) : Eq (Int.add (Int.ofNat Nat.zero) a) a :=
  Eq.trans (Int.add_comm (Int.ofNat Nat.zero) a) (Int.add_zero a)
theorem Int.sub_self (n : Nat) : Eq (Int.subNatNat n n) (Int.ofNat Nat.zero) := Int.sub_more n Nat.zero
theorem Int.add_neg (a : Int) : Eq (Int.add a (Int.neg a)) (Int.ofNat Nat.zero) :=
  Int.difference (p := fun a => Eq (Int.add a (Int.neg a)) (Int.ofNat Nat.zero)) (fun p q =>
    Eq.trans (congr (Int.add (Int.subNatNat p q)) (Int.neg_sub p q))
      (Eq.trans (Int.add_sub p q q p)
        (Eq.trans (congr (Int.subNatNat (Nat.add p q)) (Nat.add_comm q p)) (Int.sub_self (Nat.add p q))))) a
theorem Int.neg_add_cancel (a b : Int) : Eq (Int.add (Int.neg a) (Int.add a b)) b :=
  Eq.trans (Eq.symm (Int.add_assoc (Int.neg a) a b))
    (Eq.trans
      (congr (fun s => Int.add s b) (Eq.trans (Int.add_comm (Int.neg a) a) (Int.add_neg a))) (Int.zero_add b))
theorem Int.neg_unique (a b : Int) (h : Eq (Int.add a b) (Int.ofNat Nat.zero)) : Eq b (Int.neg a) :=
  Eq.trans (Eq.symm (Int.neg_add_cancel a b)) (Eq.trans (congr (Int.add (Int.neg a)) h) (Int.add_zero (Int.neg a)))
theorem Int.neg_add (a b : Int) : Eq (Int.neg (Int.add a b)) (Int.add (Int.neg a) (Int.neg b)) :=
  Eq.symm (Int.neg_unique (Int.add a b) (Int.add (Int.neg a) (Int.neg b))
    (Eq.trans (Int.add_exchange a b (Int.neg a) (Int.neg b)) (congr₂ Int.add (Int.add_neg a) (Int.add_neg b))))
theorem Int.neg_neg (a : Int) : Eq (Int.neg (Int.neg a)) a :=
  Eq.symm (Int.neg_unique (Int.neg a) a (Eq.trans (Int.add_comm (Int.neg a) a) (Int.add_neg a)))
theorem Int.sub_eq (a b : Int) : Eq (Int.sub a b) (Int.add a (Int.neg b)) :=
  Int.rec (motive := fun a => Eq (Int.sub a b) (Int.add a (Int.neg b)))
    (fun m => Int.rec (motive := fun b => Eq (Int.sub (Int.ofNat m) b) (Int.add (Int.ofNat m) (Int.neg b)))
      (fun n => Eq.symm (Eq.trans (congr (fun a => Int.add a (Int.subNatNat Nat.zero n)) (Eq.symm (Int.sub_zero m)))
        (Eq.trans (Int.add_sub m Nat.zero Nat.zero n) (congr (Int.subNatNat m) (Nat.zero_add n)))))
      (fun _ => Eq.refl _) b)
    (fun m => Int.rec (motive := fun b => Eq (Int.sub (Int.negSucc m) b) (Int.add (Int.negSucc m) (Int.neg b)))
      (fun n => Eq.symm (Eq.trans (Int.add_sub Nat.zero (Nat.succ m) Nat.zero n)
        (congr (Int.subNatNat Nat.zero) (Nat.succ_add m n))))
      (fun n => Eq.symm (Int.sub_cancel n m (Nat.succ Nat.zero))) b) a

theorem Int.sub_mul_ofNat (p q n : Nat) :
    Eq (Int.mul (Int.subNatNat p q) (Int.ofNat n)) (Int.subNatNat (Nat.mul p n) (Nat.mul q n)) :=
  Int.sub_cases (p := fun p q a => Eq (Int.mul a (Int.ofNat n)) (Int.subNatNat (Nat.mul p n) (Nat.mul q n)))
    (fun q d => Eq.symm (Eq.trans (congr (fun a => Int.subNatNat a (Nat.mul q n)) (Nat.add_mul q d n))
      (Int.sub_more (Nat.mul q n) (Nat.mul d n))))
    (fun p d => Eq.symm (Eq.trans
      (congr₂ Int.subNatNat (Eq.symm (Nat.zero_add (Nat.mul p n)))
        (Eq.trans (Nat.add_mul p (Nat.succ d) n) (Nat.add_comm (Nat.mul p n) (Nat.mul (Nat.succ d) n))))
      (Int.sub_cancel Nat.zero (Nat.mul (Nat.succ d) n) (Nat.mul p n)))) p q
theorem Int.signed_comm (a b : Bool) (m n : Nat) :
    Eq (Int.signed (Bool.xor a b) (Nat.mul m n)) (Int.signed (Bool.xor b a) (Nat.mul n m)) :=
  congr₂ Int.signed
    (Bool.rec (motive := fun a => Eq (Bool.xor a b) (Bool.xor b a))
      (Bool.rec (motive := fun b => Eq (Bool.xor Bool.false b) (Bool.xor b Bool.false)) (Eq.refl _) (Eq.refl _) b)
      (Bool.rec (motive := fun b => Eq (Bool.xor Bool.true b) (Bool.xor b Bool.true)) (Eq.refl _) (Eq.refl _) b) a)
    (Nat.mul_comm m n)
theorem Int.mul_comm (a b : Int) : Eq (Int.mul a b) (Int.mul b a) :=
  Int.signed_comm (Int.isNegative a) (Int.isNegative b) (Int.natAbs a) (Int.natAbs b)
theorem Int.add_mul_ofNat (a b : Int) (n : Nat) :
    Eq (Int.mul (Int.add a b) (Int.ofNat n)) (Int.add (Int.mul a (Int.ofNat n)) (Int.mul b (Int.ofNat n))) :=
  Int.difference (p := fun a => Eq (Int.mul (Int.add a b) (Int.ofNat n))
      (Int.add (Int.mul a (Int.ofNat n)) (Int.mul b (Int.ofNat n)))) (fun p q =>
    Int.difference (p := fun b => Eq (Int.mul (Int.add (Int.subNatNat p q) b) (Int.ofNat n))
        (Int.add (Int.mul (Int.subNatNat p q) (Int.ofNat n)) (Int.mul b (Int.ofNat n)))) (fun r s =>
      Eq.trans
        (Eq.trans (congr (fun a => Int.mul a (Int.ofNat n)) (Int.add_sub p q r s))
          (Int.sub_mul_ofNat (Nat.add p r) (Nat.add q s) n))
        (Eq.trans (congr₂ Int.subNatNat (Nat.add_mul p r n) (Nat.add_mul q s n))
          (Eq.symm (Eq.trans (congr₂ Int.add (Int.sub_mul_ofNat p q n) (Int.sub_mul_ofNat r s n))
            (Int.add_sub (Nat.mul p n) (Nat.mul q n) (Nat.mul r n) (Nat.mul s n)))))) b) a
/-- On the left of a product a sign can be taken out where the right is not negative, and the other way round. -/
theorem Int.mul_negSucc (a : Int) (n : Nat) :
    Eq (Int.mul a (Int.negSucc n)) (Int.neg (Int.mul a (Int.ofNat (Nat.succ n)))) :=
  Int.rec (motive := fun a => Eq (Int.mul a (Int.negSucc n)) (Int.neg (Int.mul a (Int.ofNat (Nat.succ n)))))
    (fun _ => Eq.refl _)
    (fun m => Eq.symm (Eq.trans (Int.neg_sub Nat.zero (Nat.mul (Nat.succ m) (Nat.succ n)))
      (Int.sub_zero (Nat.mul (Nat.succ m) (Nat.succ n))))) a
theorem Int.add_mul (a b c : Int) : Eq (Int.mul (Int.add a b) c) (Int.add (Int.mul a c) (Int.mul b c)) :=
  Int.rec (motive := fun c => Eq (Int.mul (Int.add a b) c) (Int.add (Int.mul a c) (Int.mul b c)))
    (fun n => Int.add_mul_ofNat a b n)
    (fun n => Eq.trans (Int.mul_negSucc (Int.add a b) n)
      (Eq.trans (congr Int.neg (Int.add_mul_ofNat a b (Nat.succ n)))
        (Eq.trans (Int.neg_add (Int.mul a (Int.ofNat (Nat.succ n))) (Int.mul b (Int.ofNat (Nat.succ n))))
          (congr₂ Int.add (Eq.symm (Int.mul_negSucc a n)) (Eq.symm (Int.mul_negSucc b n)))))) c
theorem Int.mul_add (a b c : Int) : Eq (Int.mul a (Int.add b c)) (Int.add (Int.mul a b) (Int.mul a c)) :=
  Eq.trans (Int.mul_comm a (Int.add b c))
    (Eq.trans (Int.add_mul b c a) (congr₂ Int.add (Int.mul_comm b a) (Int.mul_comm c a)))
theorem Int.mul_zero (a : Int) : Eq (Int.mul a (Int.ofNat Nat.zero)) (Int.ofNat Nat.zero) :=
  Int.rec (motive := fun a => Eq (Int.mul a (Int.ofNat Nat.zero)) (Int.ofNat Nat.zero))
    (fun _ => Eq.refl _) (fun _ => Eq.refl _) a
theorem Int.zero_mul (a : Int) : Eq (Int.mul (Int.ofNat Nat.zero) a) (Int.ofNat Nat.zero) :=
  Eq.trans (Int.mul_comm (Int.ofNat Nat.zero) a) (Int.mul_zero a)
theorem Int.one_mul (a : Int) : Eq (Int.mul (Int.ofNat (Nat.succ Nat.zero)) a) a :=
  Int.rec (motive := fun a => Eq (Int.mul (Int.ofNat (Nat.succ Nat.zero)) a) a)
    (fun n => congr Int.ofNat (Nat.one_mul n))
    (fun n => congr (Int.subNatNat Nat.zero) (Nat.one_mul (Nat.succ n))) a
theorem Int.mul_one (a : Int) : Eq (Int.mul a (Int.ofNat (Nat.succ Nat.zero))) a :=
  Eq.trans (Int.mul_comm a (Int.ofNat (Nat.succ Nat.zero))) (Int.one_mul a)
theorem Int.neg_mul (a b : Int) : Eq (Int.mul (Int.neg a) b) (Int.neg (Int.mul a b)) :=
  Int.neg_unique (Int.mul a b) (Int.mul (Int.neg a) b)
    (Eq.trans (Eq.symm (Int.add_mul a (Int.neg a) b))
      (Eq.trans (congr (fun s => Int.mul s b) (Int.add_neg a)) (Int.zero_mul b)))
theorem Int.mul_neg (a b : Int) : Eq (Int.mul a (Int.neg b)) (Int.neg (Int.mul a b)) :=
  Eq.trans (Int.mul_comm a (Int.neg b)) (Eq.trans (Int.neg_mul b a) (congr Int.neg (Int.mul_comm b a)))
theorem Int.ofNat_mul_assoc (n : Nat) (b c : Int) :
    Eq (Int.mul (Int.mul (Int.ofNat n) b) c) (Int.mul (Int.ofNat n) (Int.mul b c)) :=
  Nat.rec (motive := fun n => Eq (Int.mul (Int.mul (Int.ofNat n) b) c) (Int.mul (Int.ofNat n) (Int.mul b c)))
    (Eq.trans (congr (fun s => Int.mul s c) (Int.zero_mul b))
      (Eq.trans (Int.zero_mul c) (Eq.symm (Int.zero_mul (Int.mul b c)))))
    (fun n h => Eq.trans
      (congr (fun s => Int.mul s c)
        (Eq.trans (Int.add_mul (Int.ofNat n) (Int.ofNat (Nat.succ Nat.zero)) b)
          (congr (Int.add (Int.mul (Int.ofNat n) b)) (Int.one_mul b))))
      (Eq.trans (Int.add_mul (Int.mul (Int.ofNat n) b) b c)
        (Eq.symm (Eq.trans (Int.add_mul (Int.ofNat n) (Int.ofNat (Nat.succ Nat.zero)) (Int.mul b c))
          (congr₂ Int.add (Eq.symm h) (Int.one_mul (Int.mul b c))))))) n
theorem Int.mul_assoc (a b c : Int) : Eq (Int.mul (Int.mul a b) c) (Int.mul a (Int.mul b c)) :=
  Int.rec (motive := fun a => Eq (Int.mul (Int.mul a b) c) (Int.mul a (Int.mul b c)))
    (fun n => Int.ofNat_mul_assoc n b c)
    (fun n => Eq.trans (congr (fun s => Int.mul s c) (Int.neg_mul (Int.ofNat (Nat.succ n)) b))
      (Eq.trans (Int.neg_mul (Int.mul (Int.ofNat (Nat.succ n)) b) c)
        (Eq.trans (congr Int.neg (Int.ofNat_mul_assoc (Nat.succ n) b c))
          (Eq.symm (Int.neg_mul (Int.ofNat (Nat.succ n)) (Int.mul b c)))))) a

/-! The order of Int -/

/-- b is a and a natural number more. -/
inductive Int.Le (a b : Int) : Prop where
  | intro (k : Nat) (h : Eq (Int.add a (Int.ofNat k)) b) : Int.Le a b
theorem Int.Le.elim {a b : Int} {p : Prop} (h : Int.Le a b) (f : (k : Nat) → Eq (Int.add a (Int.ofNat k)) b → p) : p :=
  Int.Le.rec (motive := fun _ => p) f h
theorem Int.Le.refl (a : Int) : Int.Le a a := Int.Le.intro Nat.zero (Int.add_zero a)
theorem Int.Le.trans {a b c : Int} (h : Int.Le a b) (k : Int.Le b c) : Int.Le a c :=
  Int.Le.elim h (fun m e => Int.Le.elim k (fun n f => Int.Le.intro (Nat.add m n)
    (Eq.trans (Eq.symm (Int.add_assoc a (Int.ofNat m) (Int.ofNat n)))
      (Eq.trans (congr (fun s => Int.add s (Int.ofNat n)) e) f))))
theorem Int.Le.add {a b c d : Int} (h : Int.Le a b) (k : Int.Le c d) : Int.Le (Int.add a c) (Int.add b d) :=
  Int.Le.elim h (fun m e => Int.Le.elim k (fun n f => Int.Le.intro (Nat.add m n)
    (Eq.trans (Int.add_exchange a c (Int.ofNat m) (Int.ofNat n)) (congr₂ Int.add e f))))
theorem Int.Le.neg {a b : Int} (h : Int.Le a b) : Int.Le (Int.neg b) (Int.neg a) :=
  Int.Le.elim h (fun k e => Int.Le.intro k
    (Eq.trans
      (congr (fun s => Int.add s (Int.ofNat k))
        (Eq.trans (congr Int.neg (Eq.symm e))
          (Eq.trans (Int.neg_add a (Int.ofNat k)) (Int.add_comm (Int.neg a) (Int.neg (Int.ofNat k))))))
      (Eq.trans (Int.add_assoc (Int.neg (Int.ofNat k)) (Int.neg a) (Int.ofNat k))
        (Eq.trans (congr (Int.add (Int.neg (Int.ofNat k))) (Int.add_comm (Int.neg a) (Int.ofNat k)))
          (Int.neg_add_cancel (Int.ofNat k) (Int.neg a))))))
theorem Int.Le.equal {a b : Int} (h : Eq a b) : Int.Le a b := Eq.subst h (Int.Le.refl a)

theorem Int.nonneg_sub (m n : Nat) : Eq (Nat.ble n m) (Bool.not (Int.isNegative (Int.subNatNat m n))) :=
  Bool.rec (motive := fun b => Eq b (Bool.not (Int.isNegative
    (Bool.cond b (Int.ofNat (Nat.sub m n)) (Int.negSucc (Nat.pred (Nat.sub n m))))))) (Eq.refl _) (Eq.refl _) (Nat.ble n m)
/-- A comparison is the sign of the difference. -/
theorem Int.ble_eq (a b : Int) : Eq (Int.ble a b) (Bool.not (Int.isNegative (Int.sub b a))) :=
  Int.rec (motive := fun a => Eq (Int.ble a b) (Bool.not (Int.isNegative (Int.sub b a))))
    (fun m => Int.rec (motive := fun b => Eq (Int.ble (Int.ofNat m) b) (Bool.not (Int.isNegative (Int.sub b (Int.ofNat m)))))
      (fun n => Int.nonneg_sub n m) (fun _ => Eq.refl _) b)
    (fun m => Int.rec (motive := fun b => Eq (Int.ble (Int.negSucc m) b) (Bool.not (Int.isNegative (Int.sub b (Int.negSucc m)))))
      (fun _ => Eq.refl _) (fun n => Int.nonneg_sub m n) b) a
theorem Int.add_sub_cancel (a b : Int) : Eq (Int.add a (Int.sub b a)) b :=
  Eq.trans (congr (Int.add a) (Eq.trans (Int.sub_eq b a) (Int.add_comm b (Int.neg a))))
    (Eq.trans (congr (fun s => Int.add s (Int.add (Int.neg a) b)) (Eq.symm (Int.neg_neg a)))
      (Int.neg_add_cancel (Int.neg a) b))
theorem Int.sub_of_add (a b c : Int) (h : Eq (Int.add a c) b) : Eq (Int.sub b a) c :=
  Eq.trans (Int.sub_eq b a)
    (Eq.trans (congr (fun s => Int.add s (Int.neg a)) (Eq.symm h))
      (Eq.trans (Int.add_comm (Int.add a c) (Int.neg a)) (Int.neg_add_cancel a c)))
theorem Int.le_of_sub (a b : Int) : (c : Int) → Eq (Int.add a c) b → Eq (Bool.not (Int.isNegative c)) Bool.true → Int.Le a b :=
  Int.rec (motive := fun c => Eq (Int.add a c) b → Eq (Bool.not (Int.isNegative c)) Bool.true → Int.Le a b)
    (fun k e _ => Int.Le.intro k e) (fun _ _ h => Bool.absurd h)
theorem Int.Le.of_ble {a b : Int} (h : Eq (Int.ble a b) Bool.true) : Int.Le a b :=
  Int.le_of_sub a b (Int.sub b a) (Int.add_sub_cancel a b) (Eq.trans (Eq.symm (Int.ble_eq a b)) h)
theorem Int.Le.ble {a b : Int} (h : Int.Le a b) : Eq (Int.ble a b) Bool.true :=
  Int.Le.elim h (fun k e => Eq.trans (Int.ble_eq a b)
    (congr (fun c => Bool.not (Int.isNegative c)) (Int.sub_of_add a b (Int.ofNat k) e)))
theorem Int.one_add (k : Nat) : Eq (Int.add (Int.ofNat (Nat.succ Nat.zero)) (Int.ofNat k)) (Int.ofNat (Nat.succ k)) :=
  Int.add_comm (Int.ofNat (Nat.succ Nat.zero)) (Int.ofNat k)
theorem Int.lt_of_sub (a b : Int) :
    (c : Int) → Eq (Int.add a c) b → Eq (Bool.not (Int.isNegative c)) Bool.false → Int.Le (Int.add b (Int.ofNat (Nat.succ Nat.zero))) a :=
  Int.rec
    (motive := fun c => Eq (Int.add a c) b → Eq (Bool.not (Int.isNegative c)) Bool.false → Int.Le (Int.add b (Int.ofNat (Nat.succ Nat.zero))) a)
    (fun _ _ h => Bool.absurd (Eq.symm h))
    (fun k e _ => Int.Le.intro k
      (Eq.trans (Int.add_assoc b (Int.ofNat (Nat.succ Nat.zero)) (Int.ofNat k))
        (Eq.trans (congr (Int.add b) (Int.one_add k))
          (Eq.trans (congr (fun s => Int.add s (Int.ofNat (Nat.succ k))) (Eq.trans (Eq.symm e) (Int.add_comm a (Int.negSucc k))))
            (Eq.trans (congr (Int.add (Int.add (Int.negSucc k) a)) (Eq.symm (Int.neg_neg (Int.ofNat (Nat.succ k)))))
              (Eq.trans (Int.add_comm (Int.add (Int.negSucc k) a) (Int.neg (Int.negSucc k)))
                (Int.neg_add_cancel (Int.negSucc k) a)))))))
theorem Int.lt_of_ble {a b : Int} (h : Eq (Int.ble a b) Bool.false) : Int.Le (Int.add b (Int.ofNat (Nat.succ Nat.zero))) a :=
  Int.lt_of_sub a b (Int.sub b a) (Int.add_sub_cancel a b) (Eq.trans (Eq.symm (Int.ble_eq a b)) h)
theorem Int.Le.total {a b : Int} (h : Eq (Int.ble a b) Bool.false) : Int.Le b a :=
  Int.Le.trans (Int.Le.intro (Nat.succ Nat.zero) (Eq.refl _)) (Int.lt_of_ble h)
theorem Nat.ble_succ (m n : Nat) : Eq (Nat.ble (Nat.succ m) n) (Bool.not (Nat.ble n m)) :=
  Eq.trans (Int.nonneg_sub n (Nat.succ m))
    (Eq.trans
      (Int.sub_cases
        (p := fun m n a => Eq (Bool.not (Int.isNegative (Int.subNatNat n (Nat.succ m)))) (Int.isNegative a))
        (fun n d => congr (fun a => Bool.not (Int.isNegative a)) (Int.sub_less n d))
        (fun m d => congr (fun a => Bool.not (Int.isNegative a))
          (Eq.trans (congr (fun s => Int.subNatNat s (Nat.succ m)) (Eq.symm (Nat.succ_add m d)))
            (Int.sub_more (Nat.succ m) d))) m n)
      (Eq.trans (Bool.not_not (Int.isNegative (Int.subNatNat m n)))
        (congr Bool.not (Eq.symm (Int.nonneg_sub m n)))))
theorem Int.blt_eq (a b : Int) : Eq (Int.blt a b) (Bool.not (Int.ble b a)) :=
  Int.rec (motive := fun a => Eq (Int.blt a b) (Bool.not (Int.ble b a)))
    (fun m => Int.rec (motive := fun b => Eq (Int.blt (Int.ofNat m) b) (Bool.not (Int.ble b (Int.ofNat m))))
      (fun n => Nat.ble_succ m n) (fun _ => Eq.refl _) b)
    (fun m => Int.rec (motive := fun b => Eq (Int.blt (Int.negSucc m) b) (Bool.not (Int.ble b (Int.negSucc m))))
      (fun _ => Eq.refl _) (fun n => Nat.ble_succ n m) b) a
theorem Int.beq_eq (a b : Int) : Eq (Int.beq a b) (Bool.and (Int.ble a b) (Int.ble b a)) :=
  Int.rec (motive := fun a => Eq (Int.beq a b) (Bool.and (Int.ble a b) (Int.ble b a)))
    (fun m => Int.rec (motive := fun b => Eq (Int.beq (Int.ofNat m) b) (Bool.and (Int.ble (Int.ofNat m) b) (Int.ble b (Int.ofNat m))))
      (fun _ => Eq.refl _) (fun _ => Eq.refl _) b)
    (fun m => Int.rec (motive := fun b => Eq (Int.beq (Int.negSucc m) b) (Bool.and (Int.ble (Int.negSucc m) b) (Int.ble b (Int.negSucc m))))
      (fun _ => Eq.refl _) (fun n => Bool.and_comm (Nat.ble m n) (Nat.ble n m)) b) a
