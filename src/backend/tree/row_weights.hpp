// The arithmetic of samples that give rows weights: how large the gradients of a row are, and what the row weighs for
// that and for its random number. Both devices share it, so that a sample is the same everywhere.
//
// Row i has word i % 4 of the draw i / 4 for Draw::rows in this round. What a row weighs depends on that number, on its
// magnitude and on the task alone. A chance is a whole number of 2^32nds, and a row that had it weighs 2^32 over it:
// what rows add up to is, on average over random numbers, exactly what it was.
#pragma once

#include <cstdint>

#include "backend/math/host_device.hpp"
#include "backend/math/math.hpp"
#include "backend/tree/tree_input.hpp"

namespace linden {

/// How large the gradients of each row are, over all outputs: a share of a power of two that none exceeds.
struct MagnitudeTask {
  std::int64_t outputs = 0, rows = 0;
  const float* gradients = nullptr;   ///< [outputs, rows]
  const float* curvatures = nullptr;  ///< [outputs, rows]; null: the root of the sum of squared gradients and of
                                      ///< `floor`; else the sum of |gradient * curvature|
  double floor = 0;                   ///< >= 0
  double scale = 1;                   ///< a power of two: the largest magnitude times it is at most 1
  float* magnitudes = nullptr;        ///< out [rows], each in [0, 1]
};

inline constexpr int magnitude_digits = 256;  ///< that eight bits of a magnitude may be

/// How many magnitudes begin with the bits `prefix`, by the eight bits that follow, and what they add up to.
struct DigitTask {
  const float* magnitudes = nullptr;
  std::int64_t rows = 0;
  std::uint32_t prefix = 0;
  int shift = 24;                   ///< bits behind the eight: 24 (then there is no prefix), 16, 8 or 0
  std::int64_t* rows_of = nullptr;  ///< out [magnitude_digits], of the host
  std::int64_t* sums_of = nullptr;  ///< out [magnitude_digits], of the host, in units of sum_unit(1, rows)
};

/// The units that a group or a class consists of, to be drawn as a whole: rows of the drawn units get the weight 1.
struct MarkTask {
  const std::uint32_t* drawn = nullptr;  ///< [count] units
  std::int64_t count = 0;
  const std::int64_t* first = nullptr;  ///< unit u is the rows first[u] .. first[u + 1] - 1; or null ...
  const std::uint32_t* rows = nullptr;  ///< ... and unit u is row rows[u]
  double* weights = nullptr;            ///< out
};

enum class WeightRule : std::int32_t {
  large_gradients,  ///< magnitudes of `least` and more weigh 1; each other row has the chance `chance`
  by_magnitude,     ///< the same, and others have a chance in proportion to their magnitude: all of `certain`
  exponential,      ///< (-log of a number in (0, 1)) to the power of `power`
  poisson           ///< how many of `counts` are not above the number
};

struct RowWeightTask {
  WeightRule rule = WeightRule::exponential;
  std::uint64_t seed = 0;
  std::uint32_t round = 0;
  std::int64_t rows = 0;
  const float* magnitudes = nullptr;  ///< for the first two rules
  std::uint32_t least = 0;            ///< the bits of a magnitude
  std::uint64_t chance = 0;           ///< in 2^32nds, at most 2^32
  double certain = 1;                 ///< a magnitude > 0
  double power = 1;
  std::uint64_t counts[16] = {};  ///< ascending: the chance, in 2^32nds, of at most 0, 1, ... ; the last ones are 2^32
  double* weights = nullptr;      ///< out [rows], 0 for rows that are left out
};

/// Gradients and curvatures of rows that have a weight, times it; those of other rows stay what they were.
struct ScaleTask {
  std::int64_t outputs = 0, rows = 0;
  const double* weights = nullptr;  ///< [rows]
  float* gradients = nullptr;       ///< [outputs, rows], in place
  float* curvatures = nullptr;
  GradientRange* ranges = nullptr;  ///< [outputs], the host's, out: of the rows that have a weight
};

/// The rows that have a weight, ascending.
struct CollectTask {
  const double* weights = nullptr;  ///< [rows]
  std::int64_t rows = 0;
  std::uint32_t* sample = nullptr;  ///< out, with room for all rows
};

LINDEN_LEVEL_BEGIN

inline constexpr std::uint64_t certainty = std::uint64_t{1} << 32;

LINDEN_HD std::uint32_t magnitude_key(float magnitude) { return __builtin_bit_cast(std::uint32_t, magnitude); }

/// That of one row.
LINDEN_HD float magnitude_of(const MagnitudeTask& task, std::int64_t row) {
  double sum = task.curvatures != nullptr ? 0 : task.floor * task.scale * (task.floor * task.scale);
  for (std::int64_t k = 0; k < task.outputs; ++k) {
    const double gradient = task.gradients[k * task.rows + row];
    if (task.curvatures != nullptr) {
      const double curvature = task.curvatures[k * task.rows + row];
      sum += math::abs(gradient * curvature) * task.scale;
    } else {
      sum += gradient * task.scale * (gradient * task.scale);
    }
  }
  return static_cast<float>(task.curvatures != nullptr ? sum : math::sqrt(sum));
}

/// A share of one as a chance: never 0, so that a row that may be drawn is drawn by some number.
LINDEN_HD std::uint64_t chance_of(double share) {
  const double chance = math::round_even(share * 4294967296.0);
  return chance < 1 ? 1 : chance > 4294967296.0 ? certainty : static_cast<std::uint64_t>(chance);
}

/// What a row weighs that has this chance and this number.
LINDEN_HD double weight_of_chance(std::uint64_t chance, std::uint32_t number) {
  return number < chance ? 4294967296.0 / static_cast<double>(chance) : 0.0;
}

LINDEN_HD double row_weight(const RowWeightTask& task, std::uint32_t number, float magnitude) {
  switch (task.rule) {
    case WeightRule::large_gradients:
      return magnitude_key(magnitude) >= task.least ? 1.0 : weight_of_chance(task.chance, number);
    case WeightRule::by_magnitude:
      if (magnitude_key(magnitude) >= task.least) return 1.0;
      return magnitude > 0 ? weight_of_chance(chance_of(magnitude / task.certain), number) : 0.0;
    case WeightRule::exponential: {
      const double waiting = -math::log((number + 0.5) * 0x1p-32);
      return task.power == 1 ? waiting : math::exp(task.power * math::log(waiting));
    }
    case WeightRule::poisson: {
      double times = 0;
      for (const std::uint64_t count : task.counts) times += number >= count ? 1 : 0;
      return times;
    }
  }
  return 0;
}

/// A gradient or a curvature, times a weight, within the numbers that there are.
LINDEN_HD float times_weight(float value, double weight) {
  constexpr double most = 0x1.fffffep127;
  const double product = value * weight;
  return static_cast<float>(product > most ? most : product < -most ? -most : product);
}

LINDEN_LEVEL_END
}  // namespace linden
