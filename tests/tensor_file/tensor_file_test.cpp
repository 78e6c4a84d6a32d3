#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <linden/error.hpp>
#include <linden/autograd.hpp>
#include <linden/optim.hpp>
#include <linden/tensor_file.hpp>

#include "ops/tensors.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

class TensorFile : public testing::Test {
 protected:
  TensorFile() { std::filesystem::create_directories(folder_); }
  ~TensorFile() override { std::filesystem::remove_all(folder_); }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("linden_tensor_file_" + std::to_string(getpid()) +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(TensorFile, OneTensor) {
  const Tensor x = scattered({3, 4});
  save_tensor(path("x.npy"), x);
  expect_equal(load_tensor(path("x.npy")), values(x), x.shape());
  save_tensor(path("x.npy"), x.transpose(0, 1));  // in place of the other
  expect_equal(load_tensor(path("x.npy")), values(x.transpose(0, 1)), {4, 3});
}

TEST_F(TensorFile, NamedOnes) {
  const std::vector<NamedTensor> net{{"layer/w", scattered({2, 3})}, {"layer/b", of({1, 2}, DType::f32)}};
  for (const char* name : {"net.npz", "net.safetensors"}) {
    save_tensors(path(name), net);
    const std::vector<NamedTensor> back = load_tensors(path(name));
    ASSERT_EQ(back.size(), 2u);
    expect_equal(tensor_named(back, "layer/w"), values(net[0].value), {2, 3});
    EXPECT_EQ(tensor_named(back, "layer/b").dtype(), DType::f32);
    expect_equal(tensor_named(back, "layer/b"), {1, 2}, {2});
    std::ifstream again(path(name), std::ios::binary);
    const std::string first((std::istreambuf_iterator<char>(again)), {});
    save_tensors(path(name), back);
    std::ifstream file(path(name), std::ios::binary);
    EXPECT_EQ(std::string((std::istreambuf_iterator<char>(file)), {}), first) << "the same tensors, the same bytes";
  }
}

TEST_F(TensorFile, TheStateOfAnOptimizer) {
  Tensor w = scattered({4}).set_requires_grad();
  optim::Adam adam({w});
  backward(sum(square(w)));
  adam.step();
  save_tensors(path("adam.npz"), adam.state());
  optim::Adam other({w});
  other.set_state(load_tensors(path("adam.npz")));
  const auto state = other.state(), expected = adam.state();
  for (std::size_t i = 0; i < state.size(); ++i) EXPECT_EQ(values(state[i].value), values(expected[i].value));
}

TEST_F(TensorFile, SaysWhatDoesNotFit) {
  const Tensor x = of({1});
  EXPECT_EQ(refusal<ArgumentError>([&] {
              save_tensors("net.pt", {{"w", x}});
            }),
            "save_tensors(\"net.pt\"): the ending says the format, and this is neither .npz nor .safetensors.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              save_tensors("a.npz", {{"w", x}, {"w", x}});
            }),
            "save_tensors(\"a.npz\"): two tensors are called \"w\".");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              save_tensors("a.npz", {{"", x}});
            }),
            "save_tensors(\"a.npz\"): a tensor of shape [1] has no name.");
  EXPECT_EQ(refusal<ArgumentError>([&] {
              tensor_named({{"weight", x}, {"bias", x}}, "weigt");
            }),
            "tensor_named: no tensor \"weigt\". Did you mean \"weight\"? Tensors: weight, bias.");
  EXPECT_EQ(refusal<FileError>([&] { load_tensor("nowhere.npy"); }),
            "load_tensor(\"nowhere.npy\"): cannot open the file: No such file or directory.");
  save_tensors(path("a.npz"), {{"w", x}});
  EXPECT_EQ(refusal<FileError>([&] { load_tensor(path("a.npz")); }),
            "load_tensor(\"" + path("a.npz") + "\"): it is an archive of tensors. Hint: load_tensors reads it.");
  save_tensor(path("a.npy"), x);
  EXPECT_EQ(refusal<FileError>([&] { load_tensors(path("a.npy")); }),
            "load_tensors(\"" + path("a.npy") + "\"): it is one tensor. Hint: load_tensor reads it.");
}

// Where Python has NumPy, it reads what is written and writes what is read.
TEST_F(TensorFile, ThereAndBackByNumpy) {
  if (std::system("python3 -c 'import numpy' > /dev/null 2>&1") != 0) GTEST_SKIP() << "python3 has no numpy";
  const std::vector<NamedTensor> tensors{{"w", scattered({3, 2})},
                                         {"n", Tensor::of({1, -2})},
                                         {"m", of({1, 0}, DType::boolean)},
                                         {"f", of({0.5}, DType::f32)}};
  save_tensors(path("there.npz"), tensors);
  const std::string script =
      "import numpy as n, sys\nx = n.load(sys.argv[1])\nn.savez_compressed(sys.argv[2], **{k: "
      "n.asfortranarray(x[k]) for k in x.files})\n";
  std::ofstream(path("back.py")) << script;
  ASSERT_EQ(std::system(("python3 " + path("back.py") + " " + path("there.npz") + " " + path("back.npz")).c_str()), 0);
  const std::vector<NamedTensor> back = load_tensors(path("back.npz"));
  ASSERT_EQ(back.size(), tensors.size());
  for (const NamedTensor& tensor : tensors) {
    EXPECT_EQ(tensor_named(back, tensor.name).dtype(), tensor.value.dtype());
    expect_equal(tensor_named(back, tensor.name), values(tensor.value), tensor.value.shape());
  }
}

}  // namespace
}  // namespace linden
