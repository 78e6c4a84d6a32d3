// A generator of collision-like rows: 28 features and a label of two classes, for benchmarks.
//
// Shaped after the HIGGS data of particle physics: momenta of a lepton and four jets, tags of few distinct values, and
// seven masses made from them. A row is a pure function of the seed and its number, with the same bits on every
// machine.
#pragma once

#include <cstdint>
#include <span>

namespace linden::bench {

inline constexpr int higgs_features = 28;

/// Rows first, first + 1, ... of this seed: as many as `labels` (0 or 1) has entries. `values` is row-major
/// [rows, higgs_features].
void higgs_like_rows(std::uint64_t seed, std::uint64_t first, std::span<float> values, std::span<float> labels);

}  // namespace linden::bench
