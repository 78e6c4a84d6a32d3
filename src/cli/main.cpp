// linden, started by a user, or by a launcher of MPI on several ranks: then linden-mpi, which stands beside it where
// there is MPI, takes its place. So the program itself needs none.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include "cli/program.hpp"

namespace {

// Whether a launcher has started more processes than this one: Open MPI and its kin, MPICH and its kin, Slurm's srun.
bool is_one_of_several() {
  if (std::getenv("LINDEN_ALONE") != nullptr) return false;
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "SLURM_STEP_NUM_TASKS"})
    if (const char* const size = std::getenv(name); size != nullptr && std::atoi(size) > 1) return true;
  return false;
}

// Returns if there is no linden-mpi.
void become_linden_mpi(char** argv) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) ::execv((here.parent_path() / "linden-mpi").c_str(), argv);
}

}  // namespace

int main(int argc, char** argv) {
  if (is_one_of_several()) {
    become_linden_mpi(argv);
    fmt::print(
        stderr,
        "linden: started as one of several processes, and linden-mpi, by which they work together, is not beside "
        "this program. Hint: a build with MPI (LINDEN_MPI=ON); or LINDEN_ALONE=1 in the environment, where each "
        "process has work of its own.\n");
    return 1;
  }
  return linden::cli::run_program(argc, argv);
}
