// What Linden does in a process to which the system gives no thread beside its
// first one, as in a container whose number of processes is used up. The
// results are those of any number of threads.
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

void write_sparse_rows(const std::filesystem::path& path) {
  std::ofstream file(path);
  for (int row = 0; row < 3000; ++row)
    file << row % 7 << ' ' << 1 + row % 3 << ':' << row % 11 << ' ' << 5 + row % 4 << ":1\n";
}

double sum_of(const Tensor& values) {
  double total = 0;
  for (const double value : values.to_vector<double>()) total += value;
  return total;
}

// What every entry point that may use threads gives, each number in full.
std::string work(const std::filesystem::path& path) {
  std::string text;
  const auto note = [&](const std::string& what, double value) {
    char line[100];
    std::snprintf(line, sizeof line, "%s %a\n", what.c_str(), value);
    text += line;
  };
  // Data: both formats, parts of it, all of it.
  const Dataset data = Dataset::from_csv(path, {.label = "y"});
  const Dataset numbers = Dataset::from_csv(path, {.label = "y", .drop = {"job"}});
  const std::filesystem::path sparse_path = path.string() + ".svm";
  write_sparse_rows(sparse_path);
  const Dataset sparse = Dataset::from_libsvm(sparse_path);
  std::filesystem::remove(sparse_path);
  const auto [train, test] = data.split({.seed = 1, .stratified = true});
  note("split", sum_of(train.label()) + sum_of(Dataset::concat({train, test}).matrix()) +
                    static_cast<double>(data.folds().size()));
  // Boosted models: each kind of loss, callbacks, all ways to predict, files.
  const Loss mixing =
      loss::custom("mixing", [](const Tensor& s, const Tensor& y) { return square(s - y) + 0.0 * sum(s); });
  for (const Loss& loss : {loss::logistic(), loss::quantile(), mixing}) {
    const Callback fits = [&](const Round& round) {
      if (round.index == 0) note("within", fit_linear(sparse, {.loss = loss::squared(), .l2 = 1}).weight(0));
      return Signal::proceed();
    };
    FitOptions options{.valid = test, .train_metrics = true};
    options.callbacks = {fits};
    const BoostedModel model = fit_boosted(train, {.loss = loss, .rounds = 4, .row_fraction = 0.7}, options);
    note(loss.name(), sum_of(model.predict(data)));
    note("history", model.history().back().front().value);
    note("leaves", sum_of(cast(model.predict(test, {.output = Output::leaf}), DType::f64)));
    note("row", model.row_predictor({"x", "job"})({500, "c"}));
    note("file", sum_of(BoostedModel::from_string(model.to_string()).predict(test)));
  }
  note("sparse", sum_of(fit_boosted(sparse, {.rounds = 3}).predict(sparse)));
  // Linear models: every solver.
  for (const Solver solver : {Solver::automatic, Solver::newton_cholesky, Solver::newton_cg, Solver::lbfgs}) {
    const LinearModel model = fit_linear(numbers, {.loss = loss::logistic(), .l2 = 1e-3, .solver = solver});
    note(name_of(solver), sum_of(model.predict(numbers)));
  }
  note("qr", fit_linear(numbers, {.loss = loss::squared(), .solver = Solver::qr}).weight(0));
  note("l1", fit_linear(sparse, {.loss = loss::squared(), .l1 = 1e-3, .solver = Solver::coordinate_descent}).weight(1));
  // Tensors, derivatives, optimizers.
  const Tensor a = cast(arange(90000), DType::f64).reshape({300, 300});
  note("matmul", sum_of(matmul(a, a).reshape({90000}) / 1e9));
  note("sort", sum_of(sort(Generator(1).normal({300, 300}), 1).values.reshape({90000})));
  note("cholesky", sum_of(cholesky(matmul(a, a.transpose(0, 1)) * 1e-9 + 1e4 * eye(300)).reshape({90000})));
  note("integers", sum_of(cast(Generator(2).integers({90000}, 0, 1000), DType::f64)));
  Tensor w = Tensor::zeros(90000).set_requires_grad();
  optim::Adam adam({w});
  backward(sum(square(w - sigmoid(a.reshape({90000}) / 9e4))));
  adam.step();
  note("adam", sum_of(w.detach()));
  const Threads four(4);
  note("softmax", sum_of(softmax(a / 1e5, 1).reshape({90000})));
  return text;
}

// In a child without a right to threads: what work() says, or why it could not
// be tried.
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
