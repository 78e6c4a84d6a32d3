// linden-mpi: the program on the ranks of MPI, each of which has a share of the rows. Rank 0 writes and prints, all
// others are silent, but where it is rank 0 that does not come any more.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <linden/mpi.hpp>
#include <linden/version.hpp>
#include <string>
#include <string_view>

#include "cli/program.hpp"
#include "cli/ranks.hpp"
#include "cli/words.hpp"

namespace {

constexpr std::size_t hash_digits = 16, most_bytes = 128;

// What all ranks must have been started with: a hash of the arguments, and the version.
std::string started_with(int argc, char** argv) {
  std::string arguments;
  for (int i = 1; i < argc; ++i) arguments.append(argv[i], std::string_view(argv[i]).size() + 1);
  std::string words = fmt::format("{:016x}{}", std::hash<std::string>()(arguments), linden::version());
  words.resize(most_bytes);
  return words;
}

// Which rank differs from the first, and in what; "" where none does.
std::string disagreement(linden::mpi::Communicator& world, int argc, char** argv) {
  const std::string mine = started_with(argc, argv);
  std::string all(mine.size() * static_cast<std::size_t>(world.size()), '\0');
  world.gather(mine.data(), static_cast<std::int64_t>(mine.size()), all.data());
  const auto version_in = [](const std::string& words) { return std::string(words.c_str() + hash_digits); };
  for (int rank = 1; rank < world.size(); ++rank) {
    const std::string other = all.substr(static_cast<std::size_t>(rank) * mine.size(), mine.size());
    const std::string first = all.substr(0, mine.size());
    if (version_in(other) != version_in(first))
      return fmt::format("rank {} is Linden {}, and rank 0 is Linden {}. Hint: one version on all machines.", rank,
                         version_in(other), version_in(first));
    if (other != first)
      return fmt::format("rank {} was started with other arguments than rank 0. Hint: one command for all ranks.",
                         rank);
  }
  return "";
}

int run(linden::mpi::Communicator& world, int argc, char** argv) {
  const bool trains = argc > 1 && std::string_view(argv[1]) == "train";
  if (world.size() == 1 || !trains) return world.rank() == 0 ? linden::cli::run_program(argc, argv) : 0;  // one does it
  if (const std::string words = disagreement(world, argc, argv); !words.empty()) {
    fmt::print(stderr, "linden: {}\n", words);
    return 2;
  }
  linden::cli::set_ranks(world, [&](double seconds) { world.set_timeout(seconds); });
  return linden::cli::run_program(argc, argv);
}

}  // namespace

int main(int argc, char** argv) {
  linden::mpi::Communicator world;
  const bool is_first = world.rank() == 0;
  const int error_stream = ::dup(STDERR_FILENO);
  if (!is_first &&
      (std::freopen("/dev/null", "w", stdout) == nullptr || std::freopen("/dev/null", "w", stderr) == nullptr))
    return 1;
  const int code = run(world, argc, argv);
  if (code == 0) return 0;
  if (!is_first && world.speaks()) {  // rank 0 is not there to say it
    const std::string words = fmt::format("linden: {}\n", linden::cli::in_options(world.failure()));
    static_cast<void>(!::write(error_stream, words.data(), words.size()));
  }
  world.end_together(code);
  return code;
}
