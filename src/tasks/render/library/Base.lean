/-!
# What every chunk is stated in

Points of the 8-dimensional simplex, and the functions of the constraint language that Lean spells otherwise.
What `/` and `%` on `Int` mean has changed between versions of Lean, so division is written out here.
-/

namespace Duality

/-- A point: one integer for each of the eight operators. -/
structure Point where
  x1 : Int
  x2 : Int
  x3 : Int
  x4 : Int
  x5 : Int
  x6 : Int
  x7 : Int
  x8 : Int

/-- `a div b`: the quotient, rounded towards zero. -/
def tdiv (a b : Int) : Int :=
  if (0 ≤ a ∧ 0 ≤ b) ∨ (a < 0 ∧ b < 0) then Int.ofNat (a.natAbs / b.natAbs)
  else -(Int.ofNat (a.natAbs / b.natAbs))

/-- `a mod b`: what `tdiv` leaves over; it has the sign of `a`. -/
def tmod (a b : Int) : Int :=
  if 0 ≤ a then Int.ofNat (a.natAbs % b.natAbs)
  else -(Int.ofNat (a.natAbs % b.natAbs))

/-- `abs(a)`. -/
def iabs (a : Int) : Int :=
  Int.ofNat a.natAbs

/-- `min(a, b)`. -/
def imin (a b : Int) : Int :=
  if a ≤ b then a else b

/-- `max(a, b)`. -/
def imax (a b : Int) : Int :=
  if a ≤ b then b else a

/-- `bool2int(p)`: 1 where `p` holds, else 0. -/
def bool2int (p : Prop) [Decidable p] : Int :=
  if p then 1 else 0

end Duality
