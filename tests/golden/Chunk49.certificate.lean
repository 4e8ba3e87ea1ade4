prelude

import Bounds

-- Chunk 49: Bridge Tract: Prime Signatures
-- Certificate for the embedded kernel; see Support.lean.

set_option genCtorIdx false
set_option genInjectivity false
set_option genSizeOf false
set_option maxRecDepth 1000000
noncomputable section

namespace Constraint

/-- `forall(i in 1..4)(exists(p in P)((x[i] + x[i + 4]) mod p = 0))`

A message across the bridge carries a signature that both ends can verify. The joint load of
each fibre is a multiple of one of the primes of this chunk. -/
def c_every_fibre_is_signed (x : Point) : Bool :=
  (Bool.and (Bool.and (Bool.or (Int.beq (Int.mod (Int.add x.x1 x.x5) (11 : Int)) (0 : Int)) (Bool.or (Int.beq (Int.mod (Int.add x.x1 x.x5) (19 : Int)) (0 : Int)) (Int.beq (Int.mod (Int.add x.x1 x.x5) (23 : Int)) (0 : Int)))) (Bool.or (Int.beq (Int.mod (Int.add x.x2 x.x6) (11 : Int)) (0 : Int)) (Bool.or (Int.beq (Int.mod (Int.add x.x2 x.x6) (19 : Int)) (0 : Int)) (Int.beq (Int.mod (Int.add x.x2 x.x6) (23 : Int)) (0 : Int))))) (Bool.and (Bool.or (Int.beq (Int.mod (Int.add x.x3 x.x7) (11 : Int)) (0 : Int)) (Bool.or (Int.beq (Int.mod (Int.add x.x3 x.x7) (19 : Int)) (0 : Int)) (Int.beq (Int.mod (Int.add x.x3 x.x7) (23 : Int)) (0 : Int)))) (Bool.or (Int.beq (Int.mod (Int.add x.x4 x.x8) (11 : Int)) (0 : Int)) (Bool.or (Int.beq (Int.mod (Int.add x.x4 x.x8) (19 : Int)) (0 : Int)) (Int.beq (Int.mod (Int.add x.x4 x.x8) (23 : Int)) (0 : Int))))))

/-- `exists(i in 6..8)(x[i] in P) /\ x[5] ∉ P`

Somebody has to hold a key where the messages arrive, but not at the open door. One of Parse,
Render and Answer holds a prime of this chunk, and Hear holds none. -/
def c_key_holder_sits_outside (x : Point) : Bool :=
  (Bool.and (Bool.or (Int.isIn x.x6 (List.cons (11 : Int) (List.cons (19 : Int) (List.cons (23 : Int) List.nil)))) (Bool.or (Int.isIn x.x7 (List.cons (11 : Int) (List.cons (19 : Int) (List.cons (23 : Int) List.nil)))) (Int.isIn x.x8 (List.cons (11 : Int) (List.cons (19 : Int) (List.cons (23 : Int) List.nil)))))) (Bool.not (Int.isIn x.x5 (List.cons (11 : Int) (List.cons (19 : Int) (List.cons (23 : Int) List.nil))))))

/-- `forall(i in 1..4, p in P where p < 15)(x[i] != p \/ x[i + 4] != p)`

Two partners with the same key could forge each other's signature. No fibre has the smallest
prime of this chunk at both ends. -/
def c_smallest_key_is_not_shared (x : Point) : Bool :=
  (Bool.and (Bool.and (Bool.or (Bool.not (Int.beq x.x1 (11 : Int))) (Bool.not (Int.beq x.x5 (11 : Int)))) (Bool.or (Bool.not (Int.beq x.x2 (11 : Int))) (Bool.not (Int.beq x.x6 (11 : Int))))) (Bool.and (Bool.or (Bool.not (Int.beq x.x3 (11 : Int))) (Bool.not (Int.beq x.x7 (11 : Int)))) (Bool.or (Bool.not (Int.beq x.x4 (11 : Int))) (Bool.not (Int.beq x.x8 (11 : Int))))))

/-- `forall(i in 1..8)(x[i] in 6..20)`

Signing must leave something to say. Every operator holds between six and twenty units. -/
def c_small_change_is_left (x : Point) : Bool :=
  (Bool.and (Bool.and (Bool.and (Int.isBetween x.x1 (6 : Int) (20 : Int)) (Int.isBetween x.x2 (6 : Int) (20 : Int))) (Bool.and (Int.isBetween x.x3 (6 : Int) (20 : Int)) (Int.isBetween x.x4 (6 : Int) (20 : Int)))) (Bool.and (Bool.and (Int.isBetween x.x5 (6 : Int) (20 : Int)) (Int.isBetween x.x6 (6 : Int) (20 : Int))) (Bool.and (Int.isBetween x.x7 (6 : Int) (20 : Int)) (Int.isBetween x.x8 (6 : Int) (20 : Int)))))

/-- `x[4] ∉ P /\ x[4] >= 9`

Whoever verifies signatures should not be able to make them. Judge has nine units or more, but
none of the primes. -/
def c_judge_holds_no_key (x : Point) : Bool :=
  (Bool.and (Bool.not (Int.isIn x.x4 (List.cons (11 : Int) (List.cons (19 : Int) (List.cons (23 : Int) List.nil))))) (Int.ble (9 : Int) x.x4))

end Constraint

def bounds (x : Point) : Bool :=
  ((((x.x1.isBetween 0 100).and (x.x2.isBetween 0 100)).and ((x.x3.isBetween 0 100).and (x.x4.isBetween 0 100))).and (((x.x5.isBetween 0 100).and (x.x6.isBetween 0 100)).and ((x.x7.isBetween 0 100).and (x.x8.isBetween 0 100))))

def unit_sum (x : Point) : Bool :=
  (((x.x1.add x.x2).add (x.x3.add x.x4)).add ((x.x5.add x.x6).add (x.x7.add x.x8))).beq 100

def valid (x : Point) : Bool :=
  (((bounds x).and ((unit_sum x).and (Constraint.c_every_fibre_is_signed x))).and (((Constraint.c_key_holder_sits_outside x).and (Constraint.c_smallest_key_is_not_shared x)).and ((Constraint.c_small_change_is_left x).and (Constraint.c_judge_holds_no_key x))))

def witness : Point :=
  Point.mk 7 7 7 9 15 15 19 21

theorem witness_valid : Eq (valid witness) Bool.true := Eq.refl Bool.true

#print axioms witness_valid
