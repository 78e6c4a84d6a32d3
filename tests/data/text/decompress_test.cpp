// Compressed files are read as they are: one part or several, whole, cut short or damaged.
#include "data/text/decompress.hpp"

#include "data/reading.hpp"

#include <zlib.h>
#if LINDEN_HAS_ZSTD
#include <zstd.h>
#endif

namespace linden {
namespace {

// "a,b\n1,2\n", as the programs gzip and zstd write it.
const std::string by_gzip(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\xd4\x49\xe2\x32\xd4\x31\xe2\x02\x00\x7b\x07\x97\x0a\x08\x00\x00\x00",
    28);
const std::string by_zstd("\x28\xb5\x2f\xfd\x04\x58\x41\x00\x00\x61\x2c\x62\x0a\x31\x2c\x32\x0a\x35\xe7\xca\xce", 21);

// A text of several pieces that does not shrink to nothing.
std::string long_text() {
  std::string text = "a,b\n";
  for (std::uint32_t i = 0; text.size() < 2'500'000; ++i)
    text += std::to_string(i * 2654435761u) + "," + std::to_string(i) + "\n";
  return text;
}

struct Form {
  const char* name;
  const char* ending;
  bool supported;
  std::string small;
  std::string (*pack)(const std::string& text);
};

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(packed.size() - stream.avail_out);
  deflateEnd(&stream);
  return packed;
}

std::string zstd(const std::string& text) {
#if LINDEN_HAS_ZSTD
  std::string packed(ZSTD_compressBound(text.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
  return packed;
#else
  return text;
#endif
}

class Compressed : public testing::TestWithParam<Form> {
 protected:
  void SetUp() override {
    if (!GetParam().supported) GTEST_SKIP() << "this build has no library for " << GetParam().name;
  }
  static std::string read(const std::string& bytes, std::size_t most = std::string::npos) {
    const ScratchFile file("x.csv", bytes);
    const Text text = Text::read_start(file.path(), "here", most);
    return {text.begin(), text.end()};
  }
  static std::string refused(const std::string& bytes) {
    return refusal<FileError>([&] { read(bytes); });
  }
};

TEST_P(Compressed, FilesAreUnpacked) {
  const std::string text = long_text(), packed = GetParam().pack(text);
  EXPECT_LT(packed.size(), text.size());
  EXPECT_EQ(read(GetParam().small), "a,b\n1,2\n");
  EXPECT_TRUE(read(packed) == text);
  EXPECT_TRUE(read(packed + packed + GetParam().small) == text + text + "a,b\n1,2\n");
  EXPECT_EQ(read(packed, 20), text.substr(0, 20));
  EXPECT_EQ(read(GetParam().pack("")), "");
  const ScratchFile csv_file(std::string("x.tsv") + GetParam().ending, GetParam().pack("a\tb\n1\t2\n"));
  EXPECT_EQ(dump(Dataset::from_csv(csv_file.path())), dump(csv("a,b\n1,2\n")));
  const ScratchFile sparse(std::string("x.data") + GetParam().ending, GetParam().pack("1 1:2\n"));
  EXPECT_TRUE(looks_like_libsvm(sparse.path()));
  EXPECT_EQ(Dataset::from_libsvm(sparse.path()).rows(), 1);
}

TEST_P(Compressed, WhatIsCutShortOrDamagedIsRefused) {
  const std::string packed = GetParam().pack(long_text());
  for (const std::size_t size : {std::size_t{10}, packed.size() / 2, packed.size() - 1})
    EXPECT_EQ(refused(packed.substr(0, size)),
              fmt::format("here: the file is compressed by {} and cut short. Hint: copy it again.", GetParam().name))
        << size;
  std::string damaged = packed;
  for (std::size_t i = damaged.size() / 2; i < damaged.size() / 2 + 40; ++i)
    damaged[i] = static_cast<char>(~damaged[i]);
  EXPECT_EQ(refused(damaged),
            fmt::format("here: the file is compressed by {} and damaged. Hint: copy it again.", GetParam().name));
}

INSTANTIATE_TEST_SUITE_P(Data, Compressed,
                         testing::Values(Form{"gzip", ".gz", true, by_gzip, gzip},
                                         Form{"zstd", ".zst", LINDEN_HAS_ZSTD == 1, by_zstd, zstd}),
                         [](const auto& form) { return std::string(form.param.name); });

TEST(Compression, IsKnownByItsFirstBytesAndRefusedWithoutItsLibrary) {
  EXPECT_EQ(compression_of(by_gzip), Compression::gzip);
  EXPECT_EQ(compression_of(by_zstd), Compression::zstd);
  EXPECT_EQ(compression_of("a,b\n"), Compression::none);
  EXPECT_EQ(compression_of(""), Compression::none);
  const auto refused = [](Compression form) {
    return refusal<FileError>([&] { decompress(form, "", true, "here", [](std::string_view) { return true; }); });
  };
#if !LINDEN_HAS_ZSTD
  EXPECT_EQ(
      refused(Compression::zstd),
      "here: the file is compressed by zstd, and this build of Linden has no libzstd. Hint: pipe \"zstd -dc\" into "
      "\"-\".");
#endif
  EXPECT_EQ(refused(Compression::gzip).substr(0, 38), "here: the file is compressed by gzip a");
}

TEST(Compression, OfAnotherKindIsNamed) {
  using namespace std::string_literals;
  const auto refused = [](const std::string& bytes) {
    const ScratchFile file("other.csv", bytes);
    const std::string message = refusal<FileError>([&] { Dataset::from_csv(file.path()); });
    return message.substr(message.find(": ") + 2);
  };
  const auto said = [](const char* name, const char* unpack) {
    return fmt::format("the file is compressed by {}, and gzip and zstd are read. Hint: pipe \"{}\" into \"-\".", name,
                       unpack);
  };
  EXPECT_EQ(refused("BZh91AY&SY\x01\x02"), said("bzip2", "bzip2 -dc"));
  EXPECT_EQ(refused("\xFD"
                    "7zXZ\0\0\x04"s),
            said("xz", "xz -dc"));
  EXPECT_EQ(refused("\x04\x22\x4D\x18\x64"), said("lz4", "lz4 -dc"));
  EXPECT_EQ(refused("PK\x03\x04\x14"), said("zip", "unzip -p"));
  EXPECT_EQ(other_compression_of("BZh9,b\n1,2\n"), nullptr);
}

}  // namespace
}  // namespace linden
