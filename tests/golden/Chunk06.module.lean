import Duality.Base

/-!
# Chunk 06: External Tract: Tetrachord Polyphony Synthesis

Goal: proof; tract: external; N = 100; P = {2, 7, 17}.
-/

namespace Duality.Chunk06

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

/-- `min(i in 5..8)(x[i]) >= 7`

Hear, Parse, Render and Answer are the four voices of a tetrachord. None of them may fall
silent: each sounds with at least seven units. -/
def c_voice_floor (x : Point) : Prop :=
  imin (imin x.x5 x.x6) (imin x.x7 x.x8) ≥ 7

instance (x : Point) : Decidable (c_voice_floor x) :=
  inferInstanceAs (Decidable (
    imin (imin x.x5 x.x6) (imin x.x7 x.x8) ≥ 7))

/-- `forall(i, j in 5..8 where i < j)(x[i] != x[j])`

Polyphony needs four voices that can be told apart. No two interface operators hold the same
share. -/
def c_voices_distinct (x : Point) : Prop :=
  x.x5 ≠ x.x6 ∧ x.x5 ≠ x.x7 ∧ x.x5 ≠ x.x8 ∧ x.x6 ≠ x.x7 ∧ x.x6 ≠ x.x8 ∧ x.x7 ≠ x.x8

instance (x : Point) : Decidable (c_voices_distinct x) :=
  inferInstanceAs (Decidable (
    x.x5 ≠ x.x6 ∧ x.x5 ≠ x.x7 ∧ x.x5 ≠ x.x8 ∧ x.x6 ≠ x.x7 ∧ x.x6 ≠ x.x8 ∧ x.x7 ≠ x.x8))

/-- `forall(i in 5..7)(abs(x[i + 1] - x[i]) <= 5)`

Good voice leading moves by step. From each voice to the next the share changes by five units at
most. -/
def c_stepwise_motion (x : Point) : Prop :=
  iabs (x.x6 - x.x5) ≤ 5 ∧ iabs (x.x7 - x.x6) ≤ 5 ∧ iabs (x.x8 - x.x7) ≤ 5

instance (x : Point) : Decidable (c_stepwise_motion x) :=
  inferInstanceAs (Decidable (
    iabs (x.x6 - x.x5) ≤ 5 ∧ iabs (x.x7 - x.x6) ≤ 5 ∧ iabs (x.x8 - x.x7) ≤ 5))

/-- `x[5] + x[8] == x[6] + x[7]`

When the outer voices open, the inner voices answer. The outer pair Hear and Answer weighs as
much as the inner pair Parse and Render. -/
def c_contrary_motion (x : Point) : Prop :=
  x.x5 + x.x8 = x.x6 + x.x7

instance (x : Point) : Decidable (c_contrary_motion x) :=
  inferInstanceAs (Decidable (
    x.x5 + x.x8 = x.x6 + x.x7))

/-- `x[5] < x[8]`

The phrase ends higher than it began: Answer sounds above Hear, so that a listener notices the
close. -/
def c_cadence_rises (x : Point) : Prop :=
  x.x5 < x.x8

instance (x : Point) : Decidable (c_cadence_rises x) :=
  inferInstanceAs (Decidable (
    x.x5 < x.x8))

/-- `exists(p in P where p > 2)(x[5] mod p = 0)`

The ground tone is built from whole quanta. The share of Hear is a multiple of one of the odd
primes of this chunk. -/
def c_ground_tone_on_a_quantum (x : Point) : Prop :=
  tmod x.x5 7 = 0 ∨ tmod x.x5 17 = 0

instance (x : Point) : Decidable (c_ground_tone_on_a_quantum x) :=
  inferInstanceAs (Decidable (
    tmod x.x5 7 = 0 ∨ tmod x.x5 17 = 0))

/-- `sum(i in 1..4)(x[i]) >= sum(i in 5..8)(x[i]) /\ min(i in 1..4)(x[i]) >= 10`

Below the chord lies the drone of the internal tract. It is at least as strong as the four
voices together, and each internal operator contributes ten units or more. -/
def c_drone_carries_the_chord (x : Point) : Prop :=
  x.x1 + x.x2 + x.x3 + x.x4 ≥ x.x5 + x.x6 + x.x7 + x.x8 ∧
  imin (imin x.x1 x.x2) (imin x.x3 x.x4) ≥ 10

instance (x : Point) : Decidable (c_drone_carries_the_chord x) :=
  inferInstanceAs (Decidable (
    x.x1 + x.x2 + x.x3 + x.x4 ≥ x.x5 + x.x6 + x.x7 + x.x8 ∧
    imin (imin x.x1 x.x2) (imin x.x3 x.x4) ≥ 10))

/-- The point meets every constraint of the chunk. -/
def Valid (x : Point) : Prop :=
  Bounds x ∧ UnitSum x ∧ c_voice_floor x ∧ c_voices_distinct x ∧ c_stepwise_motion x ∧
  c_contrary_motion x ∧ c_cadence_rises x ∧ c_ground_tone_on_a_quantum x ∧
  c_drone_carries_the_chord x

instance (x : Point) : Decidable (Valid x) :=
  inferInstanceAs (Decidable (
    Bounds x ∧ UnitSum x ∧ c_voice_floor x ∧ c_voices_distinct x ∧ c_stepwise_motion x ∧
    c_contrary_motion x ∧ c_cadence_rises x ∧ c_ground_tone_on_a_quantum x ∧
    c_drone_carries_the_chord x))

/-- The point that the solver found. -/
def witness : Point :=
  ⟨10, 10, 10, 20, 7, 10, 15, 18⟩

theorem witness_valid : Valid witness := by decide

theorem satisfiable : ∃ x : Point, Valid x :=
  ⟨witness, witness_valid⟩

end Duality.Chunk06
