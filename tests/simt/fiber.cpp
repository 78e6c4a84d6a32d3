// Stacks for fibers: 64 KB with a guard page below, kept for the next launch.
#include "simt/fiber.hpp"

#include <sys/mman.h>

#include <new>
#include <vector>

namespace linden::simt {
namespace {

constexpr std::size_t page = 4096;
constexpr std::size_t stack_size = 16 * page;

char* new_stack() {
  void* memory =
      mmap(nullptr, page + stack_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) throw std::bad_alloc();
  return static_cast<char*>(memory) + page;
}

}  // namespace

void start_fiber(Fiber& fiber, std::size_t index, void (*entry)(boost::context::detail::transfer_t)) {
  if (fiber.low == nullptr) {
    fiber.low = new_stack();
    fiber.size = stack_size;
  }
#ifdef LINDEN_ASAN
  // What returns leaves no poison behind but that of the frames at the top, which end with the fiber.
  const std::size_t poisoned = fiber.ended ? 2 * page : fiber.size;
  __asan_unpoison_memory_region(fiber.low + fiber.size - poisoned, poisoned);
  fiber.ended = false;
  fiber.fake_stack = nullptr;
#endif
  // Tops at the same place of a page would all fall into the same few lines of the cache.
  char* const top = fiber.low + fiber.size - (index % 61) * 64;
  fiber.place = boost::context::detail::make_fcontext(top, std::size_t(top - fiber.low), entry);
}

}  // namespace linden::simt
