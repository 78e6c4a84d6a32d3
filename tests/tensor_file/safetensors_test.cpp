#include "tensor_file/safetensors.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <linden/error.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"
#include "tensor_file/golden.hpp"

namespace linden {
namespace {

const Tensor& named(const std::vector<NamedTensor>& tensors, const std::string& name) {
  for (const NamedTensor& tensor : tensors)
    if (tensor.name == name) return tensor.value;
  throw std::runtime_error(name);
}

std::string file_of(const std::string& header, const std::string& elements = "") {
  std::string file(8, '\0');
  for (std::size_t i = 0; i < 8; ++i) file[i] = static_cast<char>(header.size() >> (8 * i) & 255);
  return file + header + elements;
}

TEST(Safetensors, ReadsWhatItsLibraryWrites) {
  const std::vector<NamedTensor> tensors = read_safetensors("file", golden("safetensors"));
  ASSERT_EQ(tensors.size(), 3u);
  EXPECT_EQ(named(tensors, "w").dtype(), DType::f32);
  expect_equal(named(tensors, "w"), {1, 2}, {1, 2});
  EXPECT_EQ(named(tensors, "b").dtype(), DType::i64);
  expect_equal(named(tensors, "b"), {3, -4}, {2});
  EXPECT_EQ(named(tensors, "mask").dtype(), DType::boolean);
  expect_equal(named(tensors, "mask"), {1, 0}, {2});
}

TEST(Safetensors, WidensWhatHasNoDtype) {
  const auto one = [](const char* dtype, const std::string& elements) {
    return read_safetensors("file",
                            file_of(std::string(R"({"x":{"dtype":")") + dtype + R"(","shape":[1],"data_offsets":[0,)" +
                                        std::to_string(elements.size()) + "]}}",
                                    elements))[0]
        .value;
  };
  EXPECT_EQ(one("BF16", std::string("\x80\x3f", 2)).at<float>({0}), 1);
  EXPECT_EQ(one("F16", std::string("\x00\x3c", 2)).at<float>({0}), 1);
  EXPECT_EQ(one("I16", std::string("\xff\xff", 2)).at<std::int32_t>({0}), -1);
  EXPECT_EQ(one("U32", std::string("\xff\xff\xff\xff", 4)).at<std::int64_t>({0}), 4294967295);
  EXPECT_EQ(refusal<FileError>([&] { one("F8_E4M3", "x"); }),
            "file: \"x\": elements of the type \"F8_E4M3\" have no dtype here.");
}

TEST(Safetensors, ReadsWhatItWrites) {
  const std::vector<NamedTensor> tensors{{"mask", of({1, 0, 1}, DType::boolean)},
                                         {"w", scattered({3, 4}).transpose(0, 1)},
                                         {"half of it", of({1, 2}, DType::f32)},
                                         {"nothing", Tensor::zeros({0, 2})},
                                         {"one", Tensor(3)}};
  const std::string file = write_safetensors(tensors);
  const std::vector<NamedTensor> back = read_safetensors("file", file);
  ASSERT_EQ(back.size(), tensors.size());
  for (const NamedTensor& tensor : tensors) {
    EXPECT_EQ(named(back, tensor.name).dtype(), tensor.value.dtype()) << tensor.name;
    expect_equal(named(back, tensor.name), values(tensor.value), tensor.value.shape());
  }
  EXPECT_EQ((file.size() - 3 - 2 * 4 - 13 * 8) % 8, 0u);
}

TEST(Safetensors, RefusesWhatIsDamaged) {
  const auto refused = [](const std::string& bytes) {
    return refusal<FileError>([&] { read_safetensors("file", bytes); });
  };
  EXPECT_EQ(refused("short"), "file: the file is too short to be one of tensors.");
  EXPECT_EQ(refused("a,b\n1,2\n3,4\n"),
            "file: it is no file of tensors, or cut off: its header would have 734698278354037857 bytes.");
  EXPECT_EQ(refused(file_of("[1")), "file: its header is no JSON.");
  EXPECT_EQ(refused(file_of("[1]")), "file: its header is no JSON object.");
  EXPECT_EQ(refused(file_of(R"([{"dtype":"F32","shape":[1]}])")), "file: its header is no JSON object.");
  EXPECT_EQ(refused(file_of("7")), "file: its header is no JSON object.");
  EXPECT_EQ(refused(file_of(R"({"a":{},"a":{}})")), "file: two tensors are called \"a\".");
  EXPECT_EQ(refused(file_of(R"({"a":1})")), "file: \"a\": its description is no JSON object.");
  EXPECT_EQ(refused(file_of(R"({"a":{}})")), "file: \"a\": it has no \"dtype\".");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")),
            "file: \"a\": \"shape\" is no list of whole numbers.");
  for (const char* shape : {"[[1]]", "[1,[1]]", R"({"shape":1})", R"([1],"shape":null)", R"(["1"])", "[1.5]", "1"})
    EXPECT_EQ(
        refused(file_of(fmt::format(R"({{"a":{{"dtype":"F32","shape":{},"data_offsets":[0,4]}}}})", shape), "1234")),
        "file: \"a\": \"shape\" is no list of whole numbers.")
        << shape;
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}})", "1234")),
            "file: \"a\": it has no \"dtype\".");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})", "1234")),
            "file: \"a\": \"data_offsets\" are 1 numbers, not two.");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})", "1234")),
            "file: \"a\": bytes 0 to 4 of 4; shape [2] wants 8 from 0 on.");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "12345678")),
            "file: \"a\": bytes 4 to 8 of 8; shape [1] wants 4 from 0 on.");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "12345678")),
            "file: 4 bytes behind the last tensor.");
  EXPECT_EQ(refused(file_of(R"({"a":{"dtype":"F32","shape":[4611686018427387904],"data_offsets":[0,0]}})")),
            "file: \"a\": shape [4611686018427387904] has more bytes than 63 bits count.");
  const std::string whole = golden("safetensors");
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_NE(refused(whole.substr(0, size)), "") << size;
}

TEST(Safetensors, IgnoresWhatItDoesNotKnow) {
  const std::vector<NamedTensor> tensors = read_safetensors(
      "file", file_of(R"({"__metadata__":{"format":"pt"},"b":{"note":{"shape":[9]},"dtype":"U8","shape":[2],)"
                      R"("data_offsets":[0,2],"more":[1,[2],{}]},"a":{"shape":[],"data_offsets":[2,3],"dtype":"U8"}})",
                      "\1\2\3"));
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_EQ(tensors[0].name, "b");
  expect_equal(tensors[0].value, {1, 2}, {2});
  EXPECT_EQ(tensors[1].name, "a");
  expect_equal(tensors[1].value, {3}, {});
}

TEST(Safetensors, SurvivesEveryChangedByte) {
  const std::string whole = golden("safetensors");
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (const int change : {1, 0x80, 0xff}) {
      std::string bytes = whole;
      bytes[i] = static_cast<char>(bytes[i] ^ change);
      try {
        EXPECT_LE(read_safetensors("file", bytes).size(), 3u);
      } catch (const FileError&) {
      }
    }
}

}  // namespace
}  // namespace linden
