// A switch of machines that are network namespaces: each has a tap device, whose frames take as long to the others as
// they would over links of a bandwidth and a delay. For kernels without netem, and with no queue of their own to trust.
//
//     linden_wire MACHINES MBIT ONE_WAY_MICROSECONDS      prints "ready" when linden0, linden1, ... are there
//
// A frame waits until the sender's link is free, takes its time there, then the receiver's, and then the delay. What a
// machine sends is left in its device while its link has a queue, so that TCP slows down and nothing is lost.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <vector>

namespace {

using Nanoseconds = std::int64_t;

Nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return Nanoseconds{1'000'000'000} * time.tv_sec + time.tv_nsec;
}

struct Frame {
  Nanoseconds due;
  std::vector<unsigned char> bytes;
};

struct Port {
  int device = -1;
  Nanoseconds up_free = 0, down_free = 0;  // when its link has nothing more to send, and to deliver
  std::deque<Frame> coming;                // in the order of `due`
};

int open_tap(int number) {
  const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  std::snprintf(request.ifr_name, sizeof request.ifr_name, "linden%u", static_cast<unsigned>(number) % 256);
  if (device < 0 || ioctl(device, TUNSETIFF, &request) != 0) {
    std::perror("linden_wire: a tap device");
    std::exit(1);
  }
  return device;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: linden_wire MACHINES MBIT ONE_WAY_MICROSECONDS\n");
    return 2;
  }
  prctl(PR_SET_TIMERSLACK, 1000);
  const int machines = std::atoi(argv[1]);
  const double ns_of_byte = 8e3 / std::atof(argv[2]);
  const auto delay = static_cast<Nanoseconds>(1e3 * std::atof(argv[3]));
  constexpr Nanoseconds longest_queue = 2'000'000;  // of a sender's link
  constexpr int overhead = 24;                      // of a frame on a cable: preamble, checksum, gap
  std::vector<Port> ports(static_cast<std::size_t>(machines));
  for (int i = 0; i < machines; ++i) ports[static_cast<std::size_t>(i)].device = open_tap(i);
  std::puts("ready");
  std::fflush(stdout);

  std::vector<pollfd> polled(ports.size());
  std::vector<unsigned char> buffer(1 << 17);
  for (;;) {
    const Nanoseconds start = now();
    Nanoseconds next = start + 100'000'000;
    for (std::size_t p = 0; p < ports.size(); ++p) {
      const bool is_read = ports[p].up_free < start + longest_queue;
      polled[p] = {is_read ? ports[p].device : -1, POLLIN, 0};
      if (!is_read) next = std::min(next, ports[p].up_free - longest_queue);
      if (!ports[p].coming.empty()) next = std::min(next, ports[p].coming.front().due);
    }
    const Nanoseconds wait = std::max<Nanoseconds>(next - start, 0);
    const timespec limit{static_cast<time_t>(wait / 1'000'000'000), static_cast<long>(wait % 1'000'000'000)};
    if (ppoll(polled.data(), polled.size(), &limit, nullptr) < 0) return 1;
    for (std::size_t p = 0; p < ports.size(); ++p) {
      if ((polled[p].revents & POLLIN) == 0) continue;
      for (int frames = 0; frames < 16; ++frames) {
        const ssize_t size = read(ports[p].device, buffer.data(), buffer.size());
        if (size < 14) break;
        const Nanoseconds time = now();
        const auto takes = static_cast<Nanoseconds>(ns_of_byte * static_cast<double>(size + overhead));
        ports[p].up_free = std::max(time, ports[p].up_free) + takes;
        // Addresses end in the number of their machine; those of all have the first bit.
        for (std::size_t q = 0; q < ports.size(); ++q) {
          if (q == p || ((buffer[0] & 1) == 0 && buffer[5] != q)) continue;
          ports[q].down_free = std::max(ports[p].up_free, ports[q].down_free + takes);
          ports[q].coming.push_back({ports[q].down_free + delay, {buffer.data(), buffer.data() + size}});
        }
        if (ports[p].up_free >= time + longest_queue) break;
      }
    }
    for (Port& port : ports)
      while (!port.coming.empty() && port.coming.front().due <= now()) {
        const Frame& frame = port.coming.front();
        if (write(port.device, frame.bytes.data(), frame.bytes.size()) < 0 && errno == EAGAIN) break;
        port.coming.pop_front();
      }
  }
}
