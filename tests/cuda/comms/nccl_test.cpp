// How NCCL is looked for. No test here needs a GPU.
#include "cuda/comms/nccl.hpp"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace linden::cuda_test {
namespace {

TEST(CudaNccl, IsNullWithTheReasonWhereItIsNotToBeHad) {
  const char* const names[] = {"libnowhere.so.2"};
  std::string why_not;
  const cuda::Nccl library = cuda::open_nccl(names, why_not);
  EXPECT_EQ(why_not, "libnowhere.so.2: cannot open shared object file: No such file or directory");
  EXPECT_EQ(library.all_reduce, nullptr);
}

TEST(CudaNccl, IsNullWhereALibraryLacksItsFunctions) {
  const char* const names[] = {"libc.so.6"};
  std::string why_not;
  const cuda::Nccl library = cuda::open_nccl(names, why_not);
  EXPECT_NE(why_not.find("undefined symbol: ncclGetVersion"), why_not.npos) << why_not;
  EXPECT_EQ(library.all_reduce, nullptr);
}

// The real one, which says its version without a GPU.
TEST(CudaNccl, HasTheFunctionsThatAreDeclaredHere) {
  const char* const names[] = {"libnccl.so.2"};
  std::string why_not;
  const cuda::Nccl library = cuda::open_nccl(names, why_not);
  if (!why_not.empty()) GTEST_SKIP() << "no NCCL: " << why_not;
  int version = 0;
  EXPECT_EQ(library.get_version(&version), 0);
  EXPECT_GE(version, 2000);
  EXPECT_EQ(std::string(library.error_string(4)).find("invalid argument"), 0u);
}

}  // namespace
}  // namespace linden::cuda_test
