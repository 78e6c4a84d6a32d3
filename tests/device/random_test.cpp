// A generator's numbers are the same on every device, and so is the position that it ends at.
#include <gtest/gtest.h>

#include <linden/random.hpp>

#include "device/gpu.hpp"

namespace linden::device_test {
namespace {

class RandomOnGpu : public OnGpu {};

/// `draw(generator, device)` on both devices, twice in a row, so that the second starts at an odd position.
template <class Draw>
void expect_same_draws(const char* what, const Device& gpu, const Draw& draw) {
  Generator here(7, 3), there(7, 3);
  for (int i = 0; i < 2; ++i) {
    const Tensor found = draw(there, gpu);
    EXPECT_EQ(found.device(), gpu) << what;
    expect_like(what, found, draw(here, Device::cpu()));
  }
  EXPECT_EQ(there.position(), here.position()) << what;
}

TEST_F(RandomOnGpu, NumbersAreTheCpus) {
  for (const DType dtype : {DType::f32, DType::f64}) {
    expect_same_draws("uniform", gpu(), [&](Generator& g, Device d) { return g.uniform({7, 37}, {}, dtype, d); });
    expect_same_draws("uniform, a range", gpu(), [&](Generator& g, Device d) {
      return g.uniform({259}, {-0.3, 0.1}, dtype, d);
    });
    expect_same_draws("normal", gpu(), [&](Generator& g, Device d) { return g.normal({259}, 1.5, 0.25, dtype, d); });
  }
  expect_same_draws("integers", gpu(), [](Generator& g, Device d) { return g.integers({255}, -5, 1000, d); });
  expect_same_draws("many integers", gpu(),
                    [](Generator& g, Device d) { return g.integers({63}, -1, std::int64_t{3} << 61, d); });
  expect_same_draws("bernoulli", gpu(), [](Generator& g, Device d) { return g.bernoulli({255}, 0.3, d); });
  expect_same_draws("permutation", gpu(), [](Generator& g, Device d) { return g.permutation(301, d); });
  expect_same_draws("nothing", gpu(), [](Generator& g, Device d) { return g.normal({0}, 0, 1, DType::f64, d); });
}

}  // namespace
}  // namespace linden::device_test
