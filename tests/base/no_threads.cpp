// What Linden does in a process to which the system gives no thread beside its first one, as in a container whose
// number of processes is used up. The results are those of any number of threads.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <linden/linden.hpp>
#include <string>
#include <thread>

namespace {

using namespace linden;

bool has_threads() {
  try {
    std::thread([] {}).join();
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

void write_rows(const std::filesystem::path& path) {
  std::ofstream file(path);
  file << "x,job,y\n";
  for (int row = 0; row < 20000; ++row)
    file << (row * 37) % 1009 << ',' << "abcdefgh"[row % 8] << ',' << ((row * 37) % 1009 + 50 * (row % 8) > 700)
         << '\n';
}

double sum_of(const Tensor& values) {
  double total = 0;
  for (const double value : values.span<double>()) total += value;
  return total;
}

std::string work(const std::filesystem::path& path) {
  const Dataset data = Dataset::from_csv(path, {.label = "y"});
  const BoostedModel boosted = fit_boosted(data, {.loss = loss::logistic(), .rounds = 5}, {.valid = data});
  const Dataset numbers = Dataset::from_csv(path, {.label = "y", .drop = {"job"}});
  const LinearModel linear = fit_linear(numbers, {.loss = loss::logistic(), .l2 = 1e-3});
  const Tensor a = cast(arange(90000), DType::f64).reshape({300, 300});
  const double product = sum_of(matmul(a, a).reshape({90000}) / 1e9);
  char text[400];
  std::snprintf(text, sizeof text, "%a %a %a %a %a", sum_of(boosted.predict(data)),
                boosted.history().back().front().value, sum_of(linear.predict(numbers)), linear.weight(0), product);
  return text;
}

// In a child without a right to threads: what work() says, or why it could not be tried.
std::string work_alone(const std::filesystem::path& path) {
  const rlimit none{0, 0};  // which does not bind root
  const bool is_limited = (::getuid() != 0 || ::setuid(65534) == 0) && ::setrlimit(RLIMIT_NPROC, &none) == 0;
  if (!is_limited || has_threads()) return "skipped: the system gives threads all the same";
  try {
    return work(path);
  } catch (const std::exception& error) {
    return std::string("failed: ") + error.what();
  }
}

std::string in_a_child(const std::filesystem::path& path) {
  int ends[2];
  if (::pipe(ends) != 0) return "failed: no pipe";
  if (::fork() == 0) {
    const std::string text = work_alone(path);
    std::_Exit(::write(ends[1], text.data(), text.size()) < 0);  // LeakSanitizer would want a thread
  }
  ::close(ends[1]);
  std::string text;
  char part[256];
  for (ssize_t got; (got = ::read(ends[0], part, sizeof part)) > 0;) text.append(part, static_cast<std::size_t>(got));
  int status = 0;
  ::wait(&status);
  return status == 0 ? text : "failed: the child ended with " + std::to_string(status);
}

}  // namespace

int main() {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("linden_no_threads_" + std::to_string(::getpid()) + ".csv");
  write_rows(path);
  const std::string alone = in_a_child(path);  // before this process has threads of its own
  const std::string together = work(path);
  std::filesystem::remove(path);
  std::printf("%s\n%s\n", alone.c_str(), together.c_str());
  if (alone.starts_with("skipped")) return 0;
  std::puts(alone == together ? "the same without threads" : "DIFFERENT");
  return alone != together;
}
