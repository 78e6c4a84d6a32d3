// The executor: runs one kernel after the other, its threads as fibers of one host thread, in an order drawn by a seed.
//
// Seed 0 runs threads and blocks in order, 1 in reverse, every other at random; 1 to 4 blocks are under way at a time.
// The seed comes from set_seed or from LINDEN_SIMT_SEED in the environment. Any error of a kernel ends it and becomes a
// DeviceError, thrown by the synchronisation that ran it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "simt/block.hpp"
#include "simt/launch.hpp"

namespace linden::simt {

void set_seed(unsigned seed);
unsigned seed();

struct Kernel {
  std::string name;
  Shape shape;
  void (*call)(const void* values);
  std::vector<unsigned char> values;
};

struct Executor {
  Fiber host;
  const Kernel* kernel = nullptr;  ///< the one that runs
  std::deque<Block> slots;         ///< resident blocks; they stay where they are
  unsigned resident = 0;           ///< how many of the slots this kernel uses
  unsigned seed = 0;
  std::minstd_rand random;
  std::uint32_t first_instance = 1, next_instance = 1;
  std::uint64_t idle = 0;  ///< looks at words that have not changed since anything happened
  std::uint64_t patience = 0;
  std::string error;

  void progress() { idle = 0; }
};

extern Executor executor;
/// Some kernels are of the checking build; known before anything is constructed.
extern constinit bool instrumented;
/// The lane that this thread runs; null where it runs none: others may go on in the code of hosts meanwhile.
extern constinit thread_local Lane* current;

/// Runs the kernel to its end; throws DeviceError.
void run(const Kernel& kernel);

/// Lets another lane run; the one that calls goes on later, or at all only after it is made ready again.
void pass_on();
/// Like it, for a lane that looks at a word again and again: when all do so and nothing happens, that is an error.
void pass_on_spinning(std::uintptr_t code);
/// Sometimes passes on, when threads run at random.
void maybe_pass_on();

}  // namespace linden::simt
