// Copies of all sizes between pageable memory and the GPU: whole buffers, one byte more and less, both ways.
#include "cuda/device.hpp"

namespace linden {
namespace {

class Staging : public cuda_test::DeviceTest {
 protected:
  static constexpr std::int64_t buffer = std::int64_t{4} << 20;

  static std::vector<std::uint8_t> some_bytes(std::int64_t count) {
    std::vector<std::uint8_t> bytes(static_cast<std::size_t>(count));
    std::uint32_t state = 7;
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
  }
};

TEST_F(Staging, BytesComeBackOfEverySize) {
  for (const std::int64_t count : {std::int64_t{1}, std::int64_t{1} << 16, (std::int64_t{1} << 16) + 1, buffer - 1,
                                   buffer, buffer + 1, 2 * buffer, 3 * buffer + 12345}) {
    const std::vector<std::uint8_t> bytes = some_bytes(count);
    EXPECT_EQ(download(upload(bytes)), bytes) << count;
  }
}

TEST_F(Staging, TheSourceMayChangeAtOnce) {
  const std::vector<std::uint8_t> bytes = some_bytes(3 * buffer + 1);
  std::vector<std::uint8_t> source = bytes;
  const DeviceArray<std::uint8_t> array = upload(source);
  std::fill(source.begin(), source.end(), std::uint8_t{0});
  EXPECT_EQ(download(array), bytes);
}

// A buffer is not filled again before the GPU has read it, whatever was copied last.
TEST_F(Staging, CopiesFollowEachOther) {
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<DeviceArray<std::uint8_t>> arrays;
  for (const std::int64_t count : {buffer / 2, buffer / 2 + 1, buffer + 7, buffer / 4}) {
    bytes.push_back(some_bytes(count));
    bytes.back().front() = static_cast<std::uint8_t>(arrays.size());
    arrays.push_back(upload(bytes.back()));
  }
  for (std::size_t i = 0; i < arrays.size(); ++i) EXPECT_EQ(download(arrays[i]), bytes[i]) << i;
}

}  // namespace
}  // namespace linden
