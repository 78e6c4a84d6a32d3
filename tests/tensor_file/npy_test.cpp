#include "tensor_file/npy.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <linden/error.hpp>
#include <linden/ops.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"
#include "tensor_file/golden.hpp"

namespace linden {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

void expect_read(const char* name, DType dtype, const Shape& shape, const std::vector<double>& expected) {
  SCOPED_TRACE(name);
  const Tensor x = read_npy("file", golden(name));
  EXPECT_EQ(x.dtype(), dtype);
  EXPECT_TRUE(x.is_contiguous());
  expect_equal(x, expected, shape);
}

TEST(Npy, ReadsWhatNumpyWrites) {
  const std::vector<double> matrix{1.5, -2, 3.25, 0, infinity, -1e-3};
  std::vector<double> narrow = matrix;
  narrow[5] = static_cast<float>(-1e-3);
  expect_read("f8", DType::f64, {2, 3}, matrix);
  expect_read("f4_big", DType::f32, {2, 3}, narrow);
  expect_read("fortran", DType::f64, {2, 3}, matrix);
  expect_read("f2", DType::f32, {5}, {1, -0.5, 65504, 0x1p-24, infinity});
  expect_read("i1", DType::i32, {2}, {-128, 127});
  expect_read("i2_big", DType::i32, {2}, {-300, 300});
  expect_read("i4", DType::i32, {2}, {-5, 7});
  expect_read("u1", DType::u8, {2}, {0, 255});
  expect_read("u2", DType::i32, {1}, {65535});
  expect_read("u4", DType::i64, {1}, {4294967295});
  expect_read("bool", DType::boolean, {3}, {1, 0, 1});
  expect_read("empty", DType::f32, {0, 3}, {});
  expect_read("version2", DType::f64, {2}, {1, 2});
  EXPECT_EQ(read_npy("file", golden("i8")).at<std::int64_t>({}), -9007199254740993);
  EXPECT_EQ(read_npy("file", golden("u8")).at<std::int64_t>({0}), std::numeric_limits<std::int64_t>::max());
}

// NumPy leaves more room in its header; the elements, and what the header says, are the same.
TEST(Npy, ReadsWhatItWrites) {
  for (const Tensor& x : {scattered({2, 3}), scattered({2, 3}).transpose(0, 1), Tensor(2.5), Tensor::of({1, 2, 3}),
                          of({1, 0}, DType::boolean), of({1, 2}, DType::f32), of({1, 255}, DType::u8),
                          of({-1, 2}, DType::i32), Tensor::zeros({0, 4})}) {
    const std::string file = write_npy(x);
    EXPECT_EQ((file.size() - static_cast<std::size_t>(x.elements()) * size_of(x.dtype())) % 64, 0u);
    const Tensor back = read_npy("file", file);
    EXPECT_EQ(back.dtype(), x.dtype());
    expect_equal(back, values(x), x.shape());
  }
  EXPECT_EQ(write_npy(of({1, 2, 3}, {3}, DType::f32)).substr(10, 57),
            "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }");
}

std::string refused(const std::string& bytes) {
  return refusal<FileError>([&] { read_npy("file", bytes); });
}

std::string with_header(const std::string& header, const std::string& elements = "") {
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + std::string(1, '\0') + header + elements;
}

TEST(Npy, RefusesWhatHasNoDtype) {
  EXPECT_EQ(refused(golden("complex")),
            "file: elements of NumPy's type \"<c16\" have no dtype here. Hint: save x.astype(\"float64\").");
  EXPECT_EQ(refused(golden("text")),
            "file: elements of NumPy's type \"<U2\" have no dtype here. Hint: save x.astype(\"float64\").");
  EXPECT_NE(refused(golden("record")).find("names a record of several fields"), std::string::npos);
  EXPECT_EQ(refused(golden("u8_large")), "file: the whole number 9223372036854775808 does not fit i64.");
}

TEST(Npy, RefusesWhatIsDamaged) {
  EXPECT_EQ(refused("a,b\n1,2\n"), "file: it does not begin as a .npy file does.");
  const std::string whole = golden("f8");
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_NE(refused(whole.substr(0, size)), "") << size;
  EXPECT_EQ(refused(whole + "x"), "file: 49 bytes of elements, but shape [2, 3] wants 48.");
  EXPECT_EQ(refused(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }")),
            "file: shape [9223372036854775807, 2] has more bytes than 63 bits count.");
  EXPECT_EQ(refused(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }")),
            "file: the size -1 of a dimension is negative.");
  EXPECT_EQ(
      refused(with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1), }", "12345678")),
      "file: 9 dimensions, but at most 8 are supported.");
  EXPECT_EQ(refused(with_header("{'descr': '<f8', 'fortran_order': False, }")),
            "file: the header is not one of NumPy's: {'descr': '<f8', 'fortran_order': False, }.");
  EXPECT_EQ(refused(with_header("{'descr': '<f8', 'fortran_order': 1, 'shape': (), }")),
            "file: the header has a fortran_order that is neither True nor False: {'descr': '<f8', 'fortran_order': 1, "
            "'shape': (), }.");
}

// One byte changed: another tensor or a refusal, and never more.
TEST(Npy, SurvivesEveryChangedByte) {
  const std::string whole = golden("f8");
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int change : {1, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      try {
        EXPECT_LE(read_npy("file", bytes).elements(), 48);
      } catch (const FileError&) {
      }
    }
}

}  // namespace
}  // namespace linden
