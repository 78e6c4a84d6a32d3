// Random tensors: the same numbers on every device and for any number of threads.
//
//     Generator generator(7);                                   // a seed
//     Tensor w = generator.normal({784, 128}, 0, 0.05);
//     Tensor kept = generator.bernoulli({64, 128}, 0.9);         // a mask
//     Tensor order = generator.permutation(rows);
//     Tensor noise = generator.normal({64, 128}, 0, 1, DType::f32, Device::best());
//
// The generator is counter based (Philox4x32-10): number i of a kind is a function of the seed, the kind and i, nothing
// else. A generator is its seed and its position; drawing n numbers moves the position by n. So ten numbers are the
// same in one draw or in several of one kind, and a copy of a generator repeats its draws. Kinds (uniform f64, uniform
// f32, normal, integers) do not share numbers: two generators of one seed repeat each other only kind by kind.
// Generators of different seeds are independent.
#pragma once

#include <cstdint>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>

namespace linden {

/// [low, high).
struct UniformRange {
  double low = 0, high = 1;
};

class LINDEN_API Generator {
 public:
  explicit Generator(std::uint64_t seed = 0, std::uint64_t position = 0) noexcept : seed_(seed), position_(position) {}
  template <NotWhole T>
  explicit Generator(T, std::uint64_t = 0) = delete;

  std::uint64_t seed() const noexcept { return seed_; }
  std::uint64_t position() const noexcept { return position_; }

  /// low + u (high - low), u a multiple of 2^-53 (f32: 2^-24) in [0, 1). Never `high`, in spite of rounding.
  /// Throws ArgumentError unless low < high, both finite, DTypeError unless the dtype is f32 or f64.
  Tensor uniform(const Shape& shape, const UniformRange& range = {}, DType dtype = DType::f64,
                 Device device = Device::cpu());
  /// By Box and Muller's method on f64 uniforms, so that nothing beyond 8.6 deviations is drawn; f32 is f64 rounded.
  /// Throws ArgumentError for a negative deviation, DTypeError unless the dtype is f32 or f64.
  Tensor normal(const Shape& shape, double mean = 0, double deviation = 1, DType dtype = DType::f64,
                Device device = Device::cpu());
  /// Whole numbers low ... high - 1 (i64), each with exactly the same probability: of 63 random bits r the number is
  /// low + floor(r n / 2^63), n = high - low, and where r n mod 2^63 is below 2^63 mod n, r is drawn again (from
  /// numbers set aside for this). Drawn on the host and copied to the device. Throws ArgumentError unless
  /// 1 <= n <= 2^63 - 1.
  Tensor integers(const Shape& shape, std::int64_t low, std::int64_t high, Device device = Device::cpu());
  template <class Low, class High>
  requires(NotWhole<Low> || NotWhole<High>) Tensor integers(const Shape&, Low, High, Device = Device::cpu())
  = delete;
  /// True with this probability (boolean): where a uniform f64 is below it. Throws ArgumentError outside [0, 1].
  Tensor bernoulli(const Shape& shape, double probability, Device device = Device::cpu());
  /// 0 ... n - 1 in random order (i64): by sorting n draws of 63 bits.
  Tensor permutation(std::int64_t n, Device device = Device::cpu());
  template <NotWhole T>
  Tensor permutation(T, Device = Device::cpu()) = delete;

 private:
  std::uint64_t seed_, position_;
};

}  // namespace linden
