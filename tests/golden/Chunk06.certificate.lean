prelude

import Bounds

-- Chunk 06: External Tract: Tetrachord Polyphony Synthesis
-- Certificate for the embedded kernel; see Support.lean.

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
set_option maxRecDepth 1000000
noncomputable section

namespace Constraint

/-- `min(i in 5..8)(x[i]) >= 7`

Hear, Parse, Render and Answer are the four voices of a tetrachord. None of them may fall
silent: each sounds with at least seven units. -/
def c_voice_floor (x : Point) : Bool :=
  (Int.ble (7 : Int) (Int.min (Int.min x.x5 x.x6) (Int.min x.x7 x.x8)))

/-- `forall(i, j in 5..8 where i < j)(x[i] != x[j])`

Polyphony needs four voices that can be told apart. No two interface operators hold the same
share. -/
def c_voices_distinct (x : Point) : Bool :=
  (Bool.and (Bool.and (Bool.not (Int.beq x.x5 x.x6)) (Bool.and (Bool.not (Int.beq x.x5 x.x7)) (Bool.not (Int.beq x.x5 x.x8)))) (Bool.and (Bool.not (Int.beq x.x6 x.x7)) (Bool.and (Bool.not (Int.beq x.x6 x.x8)) (Bool.not (Int.beq x.x7 x.x8)))))

/-- `forall(i in 5..7)(abs(x[i + 1] - x[i]) <= 5)`

Good voice leading moves by step. From each voice to the next the share changes by five units at
most. -/
def c_stepwise_motion (x : Point) : Bool :=
  (Bool.and (Int.ble (Int.abs (Int.sub x.x6 x.x5)) (5 : Int)) (Bool.and (Int.ble (Int.abs (Int.sub x.x7 x.x6)) (5 : Int)) (Int.ble (Int.abs (Int.sub x.x8 x.x7)) (5 : Int))))

/-- `x[5] + x[8] == x[6] + x[7]`

When the outer voices open, the inner voices answer. The outer pair Hear and Answer weighs as
much as the inner pair Parse and Render. -/
def c_contrary_motion (x : Point) : Bool :=
  (Int.beq (Int.add x.x5 x.x8) (Int.add x.x6 x.x7))

/-- `x[5] < x[8]`

The phrase ends higher than it began: Answer sounds above Hear, so that a listener notices the
close. -/
def c_cadence_rises (x : Point) : Bool :=
  (Int.blt x.x5 x.x8)

/-- `exists(p in P where p > 2)(x[5] mod p = 0)`

The ground tone is built from whole quanta. The share of Hear is a multiple of one of the odd
primes of this chunk. -/
def c_ground_tone_on_a_quantum (x : Point) : Bool :=
  (Bool.or (Int.beq (Int.mod x.x5 (7 : Int)) (0 : Int)) (Int.beq (Int.mod x.x5 (17 : Int)) (0 : Int)))

/-- `sum(i in 1..4)(x[i]) >= sum(i in 5..8)(x[i]) /\ min(i in 1..4)(x[i]) >= 10`

Below the chord lies the drone of the internal tract. It is at least as strong as the four
voices together, and each internal operator contributes ten units or more. -/
def c_drone_carries_the_chord (x : Point) : Bool :=
  (Bool.and (Int.ble (Int.add (Int.add x.x5 x.x6) (Int.add x.x7 x.x8)) (Int.add (Int.add x.x1 x.x2) (Int.add x.x3 x.x4))) (Int.ble (10 : Int) (Int.min (Int.min x.x1 x.x2) (Int.min x.x3 x.x4))))

end Constraint

def bounds (x : Point) : Bool :=
  ((((x.x1.isBetween 0 100).and (x.x2.isBetween 0 100)).and ((x.x3.isBetween 0 100).and (x.x4.isBetween 0 100))).and (((x.x5.isBetween 0 100).and (x.x6.isBetween 0 100)).and ((x.x7.isBetween 0 100).and (x.x8.isBetween 0 100))))

def unit_sum (x : Point) : Bool :=
  (((x.x1.add x.x2).add (x.x3.add x.x4)).add ((x.x5.add x.x6).add (x.x7.add x.x8))).beq 100

def valid (x : Point) : Bool :=
  ((((bounds x).and (unit_sum x)).and ((Constraint.c_voice_floor x).and (Constraint.c_voices_distinct x))).and (((Constraint.c_stepwise_motion x).and (Constraint.c_contrary_motion x)).and ((Constraint.c_cadence_rises x).and ((Constraint.c_ground_tone_on_a_quantum x).and (Constraint.c_drone_carries_the_chord x)))))

def witness : Point :=
  Point.mk 10 10 10 20 7 10 15 18

theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true

#print axioms witness_valid
