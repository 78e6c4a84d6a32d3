// SHA-256 beside the examples of NIST (FIPS 180-4, CAVP), in one piece and in many, by instructions and without.
#include "base/hash/sha256.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace linden {
namespace {

std::string hex_of(std::string_view text) {
  Sha256 hash;
  hash.add(text);
  return hash.hex();
}

TEST(Sha256, OfTheExamplesOfNist) {
  EXPECT_EQ(hex_of(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
                   "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
            "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
  EXPECT_EQ(hex_of(std::string(1'000'000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // CAVP, SHA256ShortMsg: messages of 8 and of 512 bits.
  EXPECT_EQ(hex_of("\xd3"), "28969cdfa74a12c82f3bad960b0b000aca2ac329deea5c2328ebc6f2ba9802c1");
}

TEST(Sha256, InPiecesIsThatOfTheWhole) {
  std::mt19937_64 random(1);
  std::string text(1000, '\0');
  for (char& c : text) c = static_cast<char>(random());
  const std::string whole = hex_of(text);
  for (int turn = 0; turn < 200; ++turn) {
    Sha256 hash;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = std::min<std::size_t>(random() % 150, text.size() - at);
      hash.add(std::string_view(text).substr(at, size));
      at += size;
      EXPECT_EQ(hash.hex(), hex_of(text.substr(0, at)));
    }
    EXPECT_EQ(hash.hex(), whole);
  }
}

TEST(Sha256, ByInstructionsIsThatOfPortableCode) {
  std::mt19937_64 random(2);
  for (std::size_t blocks = 0; blocks < 20; ++blocks) {
    std::vector<unsigned char> bytes(64 * blocks);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random());
    std::array<std::uint32_t, 8> a{1, 2, 3, 4, 5, 6, 7, 0xffffffff}, b = a;
    sha256_blocks(a, bytes.data(), blocks);
    sha256_blocks_portable(b, bytes.data(), blocks);
    EXPECT_EQ(a, b) << blocks;
  }
}

}  // namespace
}  // namespace linden
