#include "tensor_file/zip.hpp"

#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "refusal.hpp"
#include "tensor_file/golden.hpp"

namespace linden {
namespace {

TEST(Zip, ReadsWhatPythonWrites) {
  for (const char* name : {"npz", "npz_compressed"}) {
    const std::vector<ZipEntry> entries = read_zip("file", golden(name));
    ASSERT_EQ(entries.size(), 2u) << name;
    EXPECT_EQ(entries[0].name, "w.npy");
    EXPECT_EQ(entries[1].name, "b.npy");
    EXPECT_EQ(entries[0].content.substr(1, 5), "NUMPY");
  }
  EXPECT_EQ(read_zip("file", golden("npz_compressed"))[0].content.size(), 128u + 800);
}

TEST(Zip, ReadsWhatItWrites) {
  ZipWriter writer;
  writer.add("a", "some bytes");
  writer.add("b/ä", "");
  const std::string archive = std::move(writer).finished();
  EXPECT_TRUE(looks_like_zip(archive));
  const std::vector<ZipEntry> entries = read_zip("file", archive);
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "a");
  EXPECT_EQ(entries[0].content, "some bytes");
  EXPECT_EQ(entries[1].name, "b/ä");
  EXPECT_EQ(entries[1].content, "");
  const std::string nothing = ZipWriter().finished();
  EXPECT_TRUE(looks_like_zip(nothing));
  EXPECT_TRUE(read_zip("file", nothing).empty());
}

std::string refused(const std::string& bytes) {
  return refusal<FileError>([&] { read_zip("file", bytes); });
}

TEST(Zip, RefusesWhatIsDamaged) {
  const std::string cut_off = "file: it is cut off, or no zip archive as .npz files are.";
  EXPECT_EQ(refused("PK\3\4"), cut_off);
  for (const char* name : {"npz", "npz_compressed"}) {
    const std::string whole = golden(name);
    for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_EQ(refused(whole.substr(0, size)), cut_off) << size;
  }
  std::string changed = golden("npz");
  changed[60] ^= 1;  // of a file's content
  EXPECT_EQ(refused(changed), "file: \"w.npy\": its checksum does not fit: the file is damaged.");
}

// A size that nothing packed so small can have is refused before memory is asked for.
TEST(Zip, RefusesSizesThatCannotBe) {
  std::string archive = golden("npz_compressed");
  const std::size_t entry = archive.find("PK\1\2");
  archive.replace(entry + 24, 4, "\xff\xff\xff\x7f");  // the size of what is packed
  EXPECT_NE(refused(archive).find("2147483647 bytes cannot have been packed in"), std::string::npos);
  archive.replace(entry + 10, 2, std::string("\x0c\0", 2));  // bzip2
  EXPECT_EQ(refused(archive), "file: \"w.npy\": it is packed by method 12; stored and deflated files are supported.");
  archive.replace(entry + 8, 2, std::string("\1\0", 2));
  EXPECT_EQ(refused(archive), "file: \"w.npy\": it is encrypted.");
}

TEST(Zip, SurvivesEveryChangedByte) {
  for (const char* name : {"npz", "npz_compressed"}) {
    const std::string whole = golden(name);
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const int change : {1, 0x80, 0xff}) {
        std::string bytes = whole;
        bytes[i] = static_cast<char>(bytes[i] ^ change);
        try {
          for (const ZipEntry& entry : read_zip("file", bytes)) EXPECT_LE(entry.content.size(), 1033 * whole.size());
        } catch (const FileError&) {
        }
      }
  }
}

}  // namespace
}  // namespace linden
