"""What people ask Pols to do, by noun: values that the door fills and the casebook obeys or refuses."""
