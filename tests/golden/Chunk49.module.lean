import Duality.Base

/-!
# Chunk 49: Bridge Tract: Prime Signatures

Goal: proof; tract: bridge; N = 100; P = {11, 19, 23}.
-/

namespace Duality.Chunk49

/-- Every coordinate lies between 0 and N. -/
def Bounds (x : Point) : Prop :=
  0 ≤ x.x1 ∧ x.x1 ≤ 100 ∧ 0 ≤ x.x2 ∧ x.x2 ≤ 100 ∧ 0 ≤ x.x3 ∧ x.x3 ≤ 100 ∧ 0 ≤ x.x4 ∧ x.x4 ≤ 100 ∧
  0 ≤ x.x5 ∧ x.x5 ≤ 100 ∧ 0 ≤ x.x6 ∧ x.x6 ≤ 100 ∧ 0 ≤ x.x7 ∧ x.x7 ≤ 100 ∧ 0 ≤ x.x8 ∧ x.x8 ≤ 100

instance (x : Point) : Decidable (Bounds x) :=
  inferInstanceAs (Decidable (
    0 ≤ x.x1 ∧ x.x1 ≤ 100 ∧ 0 ≤ x.x2 ∧ x.x2 ≤ 100 ∧ 0 ≤ x.x3 ∧ x.x3 ≤ 100 ∧ 0 ≤ x.x4 ∧ x.x4 ≤ 100 ∧
    0 ≤ x.x5 ∧ x.x5 ≤ 100 ∧ 0 ≤ x.x6 ∧ x.x6 ≤ 100 ∧ 0 ≤ x.x7 ∧ x.x7 ≤ 100 ∧ 0 ≤ x.x8 ∧ x.x8 ≤ 100))

/-- The coordinates sum to N. -/
def UnitSum (x : Point) : Prop :=
  x.x1 + x.x2 + x.x3 + x.x4 + x.x5 + x.x6 + x.x7 + x.x8 = 100

instance (x : Point) : Decidable (UnitSum x) :=
  inferInstanceAs (Decidable (
    x.x1 + x.x2 + x.x3 + x.x4 + x.x5 + x.x6 + x.x7 + x.x8 = 100))

/-- `forall(i in 1..4)(exists(p in P)((x[i] + x[i + 4]) mod p = 0))`

A message across the bridge carries a signature that both ends can verify. The joint load of
each fibre is a multiple of one of the primes of this chunk. -/
def c_every_fibre_is_signed (x : Point) : Prop :=
  (tmod (x.x1 + x.x5) 11 = 0 ∨ tmod (x.x1 + x.x5) 19 = 0 ∨ tmod (x.x1 + x.x5) 23 = 0) ∧
  (tmod (x.x2 + x.x6) 11 = 0 ∨ tmod (x.x2 + x.x6) 19 = 0 ∨ tmod (x.x2 + x.x6) 23 = 0) ∧
  (tmod (x.x3 + x.x7) 11 = 0 ∨ tmod (x.x3 + x.x7) 19 = 0 ∨ tmod (x.x3 + x.x7) 23 = 0) ∧
  (tmod (x.x4 + x.x8) 11 = 0 ∨ tmod (x.x4 + x.x8) 19 = 0 ∨ tmod (x.x4 + x.x8) 23 = 0)

instance (x : Point) : Decidable (c_every_fibre_is_signed x) :=
  inferInstanceAs (Decidable (
    (tmod (x.x1 + x.x5) 11 = 0 ∨ tmod (x.x1 + x.x5) 19 = 0 ∨ tmod (x.x1 + x.x5) 23 = 0) ∧
    (tmod (x.x2 + x.x6) 11 = 0 ∨ tmod (x.x2 + x.x6) 19 = 0 ∨ tmod (x.x2 + x.x6) 23 = 0) ∧
    (tmod (x.x3 + x.x7) 11 = 0 ∨ tmod (x.x3 + x.x7) 19 = 0 ∨ tmod (x.x3 + x.x7) 23 = 0) ∧
    (tmod (x.x4 + x.x8) 11 = 0 ∨ tmod (x.x4 + x.x8) 19 = 0 ∨ tmod (x.x4 + x.x8) 23 = 0)))

/-- `exists(i in 6..8)(x[i] in P) /\ x[5] ∉ P`

Somebody has to hold a key where the messages arrive, but not at the open door. One of Parse,
Render and Answer holds a prime of this chunk, and Hear holds none. -/
def c_key_holder_sits_outside (x : Point) : Prop :=
  ((x.x6 = 11 ∨ x.x6 = 19 ∨ x.x6 = 23) ∨ (x.x7 = 11 ∨ x.x7 = 19 ∨ x.x7 = 23) ∨ (x.x8 = 11 ∨ x.x8 =
    19 ∨ x.x8 = 23)) ∧
  ¬ (x.x5 = 11 ∨ x.x5 = 19 ∨ x.x5 = 23)

instance (x : Point) : Decidable (c_key_holder_sits_outside x) :=
  inferInstanceAs (Decidable (
    ((x.x6 = 11 ∨ x.x6 = 19 ∨ x.x6 = 23) ∨ (x.x7 = 11 ∨ x.x7 = 19 ∨ x.x7 = 23) ∨ (x.x8 = 11 ∨ x.x8 =
      19 ∨ x.x8 = 23)) ∧
    ¬ (x.x5 = 11 ∨ x.x5 = 19 ∨ x.x5 = 23)))

/-- `forall(i in 1..4, p in P where p < 15)(x[i] != p \/ x[i + 4] != p)`

Two partners with the same key could forge each other's signature. No fibre has the smallest
prime of this chunk at both ends. -/
def c_smallest_key_is_not_shared (x : Point) : Prop :=
  (x.x1 ≠ 11 ∨ x.x5 ≠ 11) ∧ (x.x2 ≠ 11 ∨ x.x6 ≠ 11) ∧ (x.x3 ≠ 11 ∨ x.x7 ≠ 11) ∧
  (x.x4 ≠ 11 ∨ x.x8 ≠ 11)

instance (x : Point) : Decidable (c_smallest_key_is_not_shared x) :=
  inferInstanceAs (Decidable (
    (x.x1 ≠ 11 ∨ x.x5 ≠ 11) ∧ (x.x2 ≠ 11 ∨ x.x6 ≠ 11) ∧ (x.x3 ≠ 11 ∨ x.x7 ≠ 11) ∧
    (x.x4 ≠ 11 ∨ x.x8 ≠ 11)))

/-- `forall(i in 1..8)(x[i] in 6..20)`

Signing must leave something to say. Every operator holds between six and twenty units. -/
def c_small_change_is_left (x : Point) : Prop :=
  (6 ≤ x.x1 ∧ x.x1 ≤ 20) ∧ (6 ≤ x.x2 ∧ x.x2 ≤ 20) ∧ (6 ≤ x.x3 ∧ x.x3 ≤ 20) ∧
  (6 ≤ x.x4 ∧ x.x4 ≤ 20) ∧ (6 ≤ x.x5 ∧ x.x5 ≤ 20) ∧ (6 ≤ x.x6 ∧ x.x6 ≤ 20) ∧
  (6 ≤ x.x7 ∧ x.x7 ≤ 20) ∧ (6 ≤ x.x8 ∧ x.x8 ≤ 20)

instance (x : Point) : Decidable (c_small_change_is_left x) :=
  inferInstanceAs (Decidable (
    (6 ≤ x.x1 ∧ x.x1 ≤ 20) ∧ (6 ≤ x.x2 ∧ x.x2 ≤ 20) ∧ (6 ≤ x.x3 ∧ x.x3 ≤ 20) ∧
    (6 ≤ x.x4 ∧ x.x4 ≤ 20) ∧ (6 ≤ x.x5 ∧ x.x5 ≤ 20) ∧ (6 ≤ x.x6 ∧ x.x6 ≤ 20) ∧
    (6 ≤ x.x7 ∧ x.x7 ≤ 20) ∧ (6 ≤ x.x8 ∧ x.x8 ≤ 20)))

/-- `x[4] ∉ P /\ x[4] >= 9`

Whoever verifies signatures should not be able to make them. Judge has nine units or more, but
none of the primes. -/
def c_judge_holds_no_key (x : Point) : Prop :=
  ¬ (x.x4 = 11 ∨ x.x4 = 19 ∨ x.x4 = 23) ∧ x.x4 ≥ 9

instance (x : Point) : Decidable (c_judge_holds_no_key x) :=
  inferInstanceAs (Decidable (
    ¬ (x.x4 = 11 ∨ x.x4 = 19 ∨ x.x4 = 23) ∧ x.x4 ≥ 9))

/-- The point meets every constraint of the chunk. -/
def Valid (x : Point) : Prop :=
  Bounds x ∧ UnitSum x ∧ c_every_fibre_is_signed x ∧ c_key_holder_sits_outside x ∧
  c_smallest_key_is_not_shared x ∧ c_small_change_is_left x ∧ c_judge_holds_no_key x

instance (x : Point) : Decidable (Valid x) :=
  inferInstanceAs (Decidable (
    Bounds x ∧ UnitSum x ∧ c_every_fibre_is_signed x ∧ c_key_holder_sits_outside x ∧
    c_smallest_key_is_not_shared x ∧ c_small_change_is_left x ∧ c_judge_holds_no_key x))

/-- The point that the solver found. -/
def witness : Point :=
  ⟨7, 7, 7, 9, 15, 15, 19, 21⟩

theorem witness_valid : Valid witness := by decide

theorem satisfiable : ∃ x : Point, Valid x :=
  ⟨witness, witness_valid⟩

end Duality.Chunk49
