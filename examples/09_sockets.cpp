// 09 A fit over several processes: a Communicator over plain TCP sockets, as whoever has an engine of his own writes
// one. Rank 0 hears all and answers all, and trusts the network: a sketch of the five functions, not a product
// (linden::mpi).
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <linden/linden.hpp>
#include <vector>

using namespace linden;

class Sockets final : public Communicator {
 public:
  /// Rank 0 waits at `listener` for the others, who find it at `port` of this machine.
  Sockets(int rank, int size, int listener, in_port_t port)
      : rank_(rank), peers_(rank == 0 ? size : 1, -1), size_(size) {
    if (rank > 0) {
      peers_[0] = socket(AF_INET, SOCK_STREAM, 0);
      const sockaddr_in address = here(port);
      if (connect(peers_[0], reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw Error("connect");
      prepare(peers_[0]);
      write_all(peers_[0], &rank_, sizeof rank_);
    }
    for (int other = 1; rank == 0 && other < size; ++other) {
      const int peer = accept(listener, nullptr, nullptr);
      int number = 0;
      prepare(peer);
      read_all(peer, &number, sizeof number);
      peers_.at(static_cast<std::size_t>(number)) = peer;
    }
  }
  ~Sockets() override {
    for (const int peer : peers_)
      if (peer >= 0) close(peer);
  }

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void sum(std::int64_t* values, std::int64_t count) override {
    combine(values, count, [](std::int64_t a, std::int64_t b) { return a + b; });
  }
  void max(double* values, std::int64_t count) override {
    combine(values, count, [](double a, double b) { return std::max(a, b); });
  }
  void gather(const void* mine, std::int64_t bytes, void* all) override {
    const auto part = static_cast<std::size_t>(bytes), whole = part * static_cast<std::size_t>(size_);
    auto* const to = static_cast<char*>(all);
    if (rank_ > 0) {
      write_all(peers_[0], mine, part);
      return read_all(peers_[0], to, whole);
    }
    std::memcpy(to, mine, part);
    for (std::size_t other = 1; other < peers_.size(); ++other) read_all(peers_[other], to + other * part, part);
    for (std::size_t other = 1; other < peers_.size(); ++other) write_all(peers_[other], to, whole);
  }

  static sockaddr_in here(in_port_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = port;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

 private:
  template <class T, class Join>
  void combine(T* values, std::int64_t count, Join join) {
    const auto bytes = static_cast<std::size_t>(count) * sizeof(T);
    if (rank_ > 0) {
      write_all(peers_[0], values, bytes);
      return read_all(peers_[0], values, bytes);
    }
    std::vector<T> other(static_cast<std::size_t>(count));
    for (std::size_t peer = 1; peer < peers_.size(); ++peer) {
      read_all(peers_[peer], other.data(), bytes);
      std::transform(other.begin(), other.end(), values, values, join);
    }
    for (std::size_t peer = 1; peer < peers_.size(); ++peer) write_all(peers_[peer], values, bytes);
  }
  static void prepare(int peer) {  // answers at once, and an end to waiting
    const int on = 1;
    const timeval limit{30, 0};
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }
  static void write_all(int peer, const void* from, std::size_t bytes) {
    for (const char* at = static_cast<const char*>(from); bytes > 0;) {
      const ssize_t sent = send(peer, at, bytes, MSG_NOSIGNAL);
      if (sent <= 0) throw Error("sockets: a rank does not take what it is sent.");
      at += sent;
      bytes -= static_cast<std::size_t>(sent);
    }
  }
  static void read_all(int peer, void* to, std::size_t bytes) {
    for (char* at = static_cast<char*>(to); bytes > 0;) {
      const ssize_t got = recv(peer, at, bytes, 0);
      if (got <= 0) throw Error("sockets: a rank does not answer.");
      at += got;
      bytes -= static_cast<std::size_t>(got);
    }
  }

  int rank_;
  std::vector<int> peers_;  // of rank 0: each rank's; of others: that of rank 0
  int size_;
};

int main() {
  constexpr int ranks = 3;
  const auto patients = Dataset::from_csv("examples/data/diabetes.csv", {.label = "progression"});
  const BoostingConfig config{.rounds = 20, .min_rows_in_leaf = 5};
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = Sockets::here(0);  // any port
  socklen_t length = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), length) != 0 || listen(listener, ranks) != 0) return 1;
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length);

  int rank = 0;  // of the children, 1 and 2
  for (int child = 1; child < ranks && rank == 0; ++child)
    if (fork() == 0) rank = child;
  Sockets world(rank, ranks, listener, address.sin_port);
  const auto mine = Dataset::from_csv("examples/data/diabetes.csv", {.label = "progression", .part = {rank, ranks}});
  const BoostedModel model = fit_boosted(mine, config, {.threads = 1, .ranks = world});
  if (rank > 0) return 0;

  int failed = 0;
  for (int child = 1, status = 0; child < ranks; ++child) failed |= wait(&status) < 0 || status != 0;
  const bool is_alike = model.to_string() == fit_boosted(patients, config).to_string();
  std::cout << ranks << " processes: " << (is_alike ? "the bytes of one" : "another model") << '\n';
  return is_alike ? failed : 1;
}
