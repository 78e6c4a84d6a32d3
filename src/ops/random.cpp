// Random tensors: the kernel's draws, brought to the range that was asked for.
#include <cmath>
#include <limits>
#include <linden/ops.hpp>
#include <linden/random.hpp>

#include "backend/tensor/random_draws.hpp"
#include "base/fail.hpp"
#include "tensor/device_context.hpp"
#include "ops/elementwise.hpp"
#include "ops/loops.hpp"
#include "ops/promotion.hpp"
#include "tensor/access.hpp"

namespace linden {
namespace {

Tensor draw(RandomTask::Kind kind, const Shape& shape, DType dtype, const Device& device, std::uint64_t seed,
            std::uint64_t& position) {
  Tensor t = Tensor::empty(shape, dtype, device);
  const RandomTask task{kind, dtype, seed, position, TensorAccess::data(t), t.elements()};
  if (t.elements() > 0) tensor_kernels_of(t.device()).random(tensor_context(device), task);
  position += static_cast<std::uint64_t>(t.elements());
  return t;
}

void check_floating(const char* op, DType dtype) {
  if (!is_floating(dtype))
    fail<DTypeError>("Generator::{}: the dtype is {}, but it must be f32 or f64. Hint: integers() draws whole numbers.",
                     op, name_of(dtype));
}

using Wide = unsigned __int128;
constexpr int bits = 63;

/// 63 random bits of draw number `number` in the given attempt; 0 is what the kernel drew.
std::uint64_t bits_again(std::uint64_t seed, std::uint64_t number, std::uint32_t attempt) {
  const auto stream = static_cast<draws::Stream>(static_cast<std::uint32_t>(draws::Stream::bits) | attempt << 8);
  const PhiloxCounter drawn = draws::words(seed, stream, number / 2);
  const int first = number % 2 == 0 ? 0 : 2;
  return static_cast<std::uint64_t>(draws::positive_bits(drawn.word[first], drawn.word[first + 1]));
}

/// floor(r n / 2^63) of 63 random bits r. Each value has 2^63 / n of them, rounded up or down, unless those r with a
/// product r n mod 2^63 below 2^63 mod n are refused: then all have floor(2^63 / n). (D. Lemire, Fast random integer
/// generation in an interval, 2019.)
std::uint64_t below(std::uint64_t n, std::uint64_t least, std::uint64_t random, std::uint64_t seed,
                    std::uint64_t number) {
  constexpr std::uint64_t low_bits = (std::uint64_t{1} << bits) - 1;
  Wide product = Wide{random} * n;
  for (std::uint32_t attempt = 1; (static_cast<std::uint64_t>(product) & low_bits) < least; ++attempt)
    product = Wide{bits_again(seed, number, attempt)} * n;
  return static_cast<std::uint64_t>(product >> bits);
}

}  // namespace

Tensor Generator::uniform(const Shape& shape, const UniformRange& range, DType dtype, Device device) {
  check_floating("uniform", dtype);
  const auto [low, high] = range;
  if (!(low < high) || !std::isfinite(high - low))
    fail<ArgumentError>("Generator::uniform: low is {} and high {}; low must be less, and high - low finite.", low,
                        high);
  if (dtype == DType::f32 && !(static_cast<float>(low) < static_cast<float>(high)))
    fail<ArgumentError>("Generator::uniform: low {} and high {} are one number in f32. Hint: DType::f64.", low, high);
  Tensor u = draw(RandomTask::Kind::uniform, shape, dtype, device, seed_, position_);
  if (low == 0 && high == 1) return u;
  u *= high - low;
  u += low;
  // Rounding can reach `high`.
  const double last = dtype == DType::f32
                          ? double{std::nextafter(static_cast<float>(high), -std::numeric_limits<float>::infinity())}
                          : std::nextafter(high, -std::numeric_limits<double>::infinity());
  const Tensor bound = prepared(last, dtype, device);
  constexpr std::int32_t number = op_number<Minimum>(BinaryOps());
  tensor_kernels_of(device).binary(tensor_context(device), number, loops<3>(u.shape(), {&u, &u, &bound}));
  return u;
}

Tensor Generator::normal(const Shape& shape, double mean, double deviation, DType dtype, Device device) {
  check_floating("normal", dtype);
  if (!(deviation >= 0) || !std::isfinite(deviation) || !std::isfinite(mean))
    fail<ArgumentError>(
        "Generator::normal: mean is {} and deviation {}; both must be finite, the deviation not negative.", mean,
        deviation);
  Tensor z = draw(RandomTask::Kind::normal, shape, dtype, device, seed_, position_);
  if (deviation != 1) z *= deviation;
  if (mean != 0) z += mean;
  return z;
}

Tensor Generator::integers(const Shape& shape, std::int64_t low, std::int64_t high, Device device) {
  const std::uint64_t n = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  if (low >= high || n >> bits != 0)
    fail<ArgumentError>("Generator::integers: low is {} and high {}; low must be less, by less than 2^63.", low, high);
  const std::uint64_t first = position_;
  // Few draws are refused, but a kernel for them would not be worth its while: the host draws for every device.
  Tensor t = draw(RandomTask::Kind::bits, shape, DType::i64, Device::cpu(), seed_, position_);
  const std::uint64_t least = (std::uint64_t{1} << bits) % n;
  const std::span<std::int64_t> numbers = t.span<std::int64_t>();
  tensor_context(Device::cpu())
      .workers.chunks(t.elements(), 16384, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
        for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
          numbers[i] =
              static_cast<std::int64_t>(static_cast<std::uint64_t>(low) +
                                        below(n, least, static_cast<std::uint64_t>(numbers[i]), seed_, first + i));
      });
  return t.to(device);
}

Tensor Generator::bernoulli(const Shape& shape, double probability, Device device) {
  if (!(probability >= 0 && probability <= 1))
    fail<ArgumentError>("Generator::bernoulli: the probability is {}, but it must be in [0, 1].", probability);
  return draw(RandomTask::Kind::uniform, shape, DType::f64, device, seed_, position_) < probability;
}

Tensor Generator::permutation(std::int64_t n, Device device) {
  if (n < 0) fail<ArgumentError>("Generator::permutation: n is {}, but it must not be negative.", n);
  return sort(draw(RandomTask::Kind::bits, {n}, DType::i64, device, seed_, position_), 0).indices;
}

}  // namespace linden
