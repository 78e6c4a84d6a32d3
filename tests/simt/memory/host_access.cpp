// Opens and shuts the pages of device memory, and says what a fault on them means.
#include "simt/memory/host_access.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>

#include "simt/memory/heap.hpp"
#include "simt/memory/region.hpp"

namespace linden::simt {
namespace {

// Changing pages takes 30 us for each MB: with more than this in use, they stay open.
constexpr std::size_t most_bytes = std::size_t{4} << 20;

int depth = 0;
bool shut = false;
std::size_t first_open = heap_start;  // pages below it are shut, and nothing in them is in use
struct sigaction before;

void allow(int protection) {
  const std::size_t end = (heap_end() + page_bytes - 1) / page_bytes * page_bytes;
  mprotect(region().base + first_open, end - first_open, protection);
  shut = protection == PROT_NONE;
}

// Back to the handler there was: the access is tried again and fails as ever.
void explain(int, siginfo_t* info, void*) {
  static constexpr char message[] = "host code touches device memory: copy it, and synchronise, or do it in a kernel\n";
  if (depth == 0 && region().contains(info->si_addr)) (void)!write(STDERR_FILENO, message, sizeof(message) - 1);
  sigaction(SIGSEGV, &before, nullptr);
}

void listen() {
  struct sigaction handler {};
  handler.sa_sigaction = explain;
  handler.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigaction(SIGSEGV, &handler, &before);
}

}  // namespace

AsDevice::AsDevice() {
  static const bool once = (listen(), true);
  if (depth++ != 0 || !once || !shut) return;
  first_open = heap_begin() / page_bytes * page_bytes;
  allow(PROT_READ | PROT_WRITE);
}

AsDevice::~AsDevice() {
  if (--depth == 0 && heap_use().bytes <= most_bytes) allow(PROT_NONE);
}

void open_to_host() {
  first_open = heap_start;
  allow(PROT_READ | PROT_WRITE);
}

}  // namespace linden::simt
