// linden-mpi: the program on the ranks of MPI, each of which has a share of the rows. Rank 0 writes and prints, all
// others are silent.
#include <cstdio>
#include <linden/mpi.hpp>
#include <string_view>

#include "cli/program.hpp"
#include "cli/ranks.hpp"

int main(int argc, char** argv) {
  linden::mpi::Communicator world;
  const bool is_first = world.rank() == 0;
  if (!is_first &&
      (std::freopen("/dev/null", "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr))
    return 1;
  if (world.size() > 1) {
    const bool trains = argc > 1 && std::string_view(argv[1]) == "train";
    if (!trains && !is_first) return 0;  // one does it
    if (trains) linden::cli::set_ranks(world);
  }
  const int code = linden::cli::run_program(argc, argv);
  if (code != 0) world.end_together(code);
  return code;
}
