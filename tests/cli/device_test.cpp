// The program and its device: what it says without a GPU, and that it asks nothing of CUDA before CUDA is wanted.
#include <dlfcn.h>

#include "cli/running.hpp"

namespace linden::cli {
namespace {

// Why `program` must find no GPU; empty where only a GPU would tell.
std::string reason() {
  if (!LINDEN_PROGRAM_HAS_CUDA) return "this build has no CUDA backend";
  return dlopen("libcuda.so.1", RTLD_LAZY) == nullptr ? "no NVIDIA driver" : "";
}

class ProgramDevice : public Program {
 protected:
  ProgramDevice() { write("t.csv", small_table()); }
  Ran train(const std::string& device, const std::string& out) const {
    return run(fmt::format("train --data t.csv --label y --set rounds=4 --device {} --out {}", device, out));
  }
  // What the loader of libraries noted while the program ran.
  std::string loaded(const std::string& arguments) const {
    ::setenv("LD_DEBUG", "libs", 1);
    ::setenv("LD_DEBUG_OUTPUT", (folder() / "loaded").c_str(), 1);  // a file of this name for each process
    run(arguments);
    ::unsetenv("LD_DEBUG");
    ::unsetenv("LD_DEBUG_OUTPUT");
    std::string text;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
      if (entry.path().filename().string().starts_with("loaded.")) text += read_file(entry.path());
    return text;
  }
};

TEST_F(ProgramDevice, CudaWithoutAGpuIsRefusedInOneMessage) {
  const Ran ran = train("cuda", "m.json");
  if (ran.code == 0 && reason().empty()) {
    EXPECT_EQ(train("cpu", "cpu.json").code, 0);
    EXPECT_TRUE(read("m.json") == read("cpu.json")) << "the GPU's model differs from the CPU's";
    return;
  }
  EXPECT_EQ(ran.code, 1);
  EXPECT_EQ(ran.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder() / "m.json"));
  if (!reason().empty()) {
    EXPECT_EQ(ran.err,
              "linden: --device cuda: no usable GPU (" + reason() + "). Hint: --device auto falls back to the CPU.\n");
  }
}

TEST_F(ProgramDevice, AutoTrainsAnywhereAndSaysWhere) {
  ASSERT_EQ(train("cpu", "cpu.json").code, 0);
  const Ran ran = train("auto", "auto.json");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  EXPECT_TRUE(read("auto.json") == read("cpu.json"));
  const std::string first = ran.out.substr(0, ran.out.find('\n'));
  if (!reason().empty())
    EXPECT_EQ(first, "device      cpu (" + reason() + ")");
  else
    EXPECT_TRUE(first == "device      cuda:0" || first.starts_with("device      cpu (")) << first;
}

TEST_F(ProgramDevice, CudaIsNotAskedBeforeItIsWanted) {
  for (const char* arguments : {"--version", "train --help", "inspect none.json",
                                "train --data t.csv --label y --set rounds=2 --device cpu --out m.json"}) {
    const std::string text = loaded(arguments);
    ASSERT_NE(text.find("libstdc++"), std::string::npos) << "the loader says nothing";
    EXPECT_EQ(text.find("libcuda.so"), std::string::npos) << arguments;
    EXPECT_EQ(text.find("libcublas"), std::string::npos) << arguments;
  }
  if (LINDEN_PROGRAM_HAS_CUDA) {
    EXPECT_NE(loaded("train --data t.csv --label y --device cuda --out m.json").find("libcuda.so"), std::string::npos);
  }
}

}  // namespace
}  // namespace linden::cli
