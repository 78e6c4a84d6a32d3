// How cuBLAS is looked for, and which matrices it reads where they are. No test here needs a GPU.
#include "cuda/runtime/cublas.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <linden/error.hpp>

#include "refusal.hpp"

namespace linden::cuda_test {
namespace {

using cuda::gemm_reads;

std::string refusal_of(std::vector<const char*> names) {
  return refusal<DeviceError>([&] { cuda::open_cublas(names); });
}

constexpr const char* hint =
    "). Hint: install CUDA's cuBLAS (libcublas.so.12 or .13) or put it on the library path; Device::cpu() needs none.";

TEST(CudaCublas, SaysWhyItIsNotToBeHad) {
  EXPECT_EQ(refusal_of({"libnowhere.so.13", "libneither.so.12"}),
            std::string("matmul: cuBLAS is not to be had (libnowhere.so.13: cannot open shared object file: No such "
                        "file or directory; libneither.so.12: cannot open shared object file: No such file or "
                        "directory") +
                hint);
}

TEST(CudaCublas, RefusesALibraryWithoutItsFunctions) {
  const std::string message = refusal_of({"libnowhere.so.13", "libc.so.6"});
  EXPECT_EQ(message.find("matmul: cuBLAS is not to be had ("), 0u) << message;
  EXPECT_NE(message.find("undefined symbol: cublasCreate_v2"), message.npos) << message;
  EXPECT_NE(message.find(hint), message.npos) << message;
}

const char* name_of(const cuda::Cublas& library) { return library.status_string(0); }

TEST(CudaCublas, PassesOverALibraryThatCannotStart) {
  const char* const names[] = {LINDEN_BROKEN_CUBLAS, LINDEN_WORKING_CUBLAS};
  EXPECT_STREQ(name_of(cuda::open_cublas(names)), "working");
  const std::string message = refusal_of({LINDEN_BROKEN_CUBLAS});
  EXPECT_EQ(message,
            std::string("matmul: cuBLAS is not to be had (" LINDEN_BROKEN_CUBLAS " cannot start: broken") + hint);
}

// As a program's own, such as PyTorch's.
TEST(CudaCublas, TakesOneThatIsLoadedAlready) {
  const std::string first = LINDEN_WORKING_CUBLAS, copy = testing::TempDir() + "libanother_cublas.so";
  std::filesystem::copy_file(first, copy, std::filesystem::copy_options::overwrite_existing);
  void* const loaded = dlopen(first.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(loaded, nullptr);
  const char* const names[] = {copy.c_str(), first.c_str()};
  EXPECT_EQ(reinterpret_cast<void*>(cuda::open_cublas(names).create), dlsym(loaded, "cublasCreate_v2"));
  std::filesystem::remove(copy);
}

TEST(CudaCublas, ReadsContiguousRowsAndColumns) {
  EXPECT_TRUE(gemm_reads({nullptr, 0, 5, 1}, 4, 5));
  EXPECT_TRUE(gemm_reads({nullptr, 0, 8, 1}, 4, 5));
  EXPECT_TRUE(gemm_reads({nullptr, 0, 1, 4}, 4, 5));
  EXPECT_TRUE(gemm_reads({nullptr, 0, 1, 9}, 4, 5));
  EXPECT_TRUE(gemm_reads({nullptr, 0, 7, 3}, 4, 1));
  EXPECT_TRUE(gemm_reads({nullptr, 0, 0, 3}, 1, 5));
}

TEST(CudaCublas, DoesNotReadGapsAndRepetitions) {
  EXPECT_FALSE(gemm_reads({nullptr, 0, 10, 2}, 4, 5));
  EXPECT_FALSE(gemm_reads({nullptr, 0, 0, 1}, 4, 5));
  EXPECT_FALSE(gemm_reads({nullptr, 0, 1, 0}, 4, 5));
  EXPECT_FALSE(gemm_reads({nullptr, 0, 1, 1}, 4, 5));
  EXPECT_FALSE(gemm_reads({nullptr, 0, 0, 1}, 4, 1));
}

}  // namespace
}  // namespace linden::cuda_test
