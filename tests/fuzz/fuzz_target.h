// What libFuzzer, or the replay of a corpus in its stead, calls once an input.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Returns 0; aborts when the code under test broke a promise. The bytes are borrowed.
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n_bytes);
