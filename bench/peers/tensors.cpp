// Linden's tensors beside libtorch's: the same operation on the same numbers in one process, taking turns.
//
//     linden_tensors [--threads 2] [--turns 11] [--only TEXT] [--json FILE]
//
// Each line is one case: medians over the turns, and the ratio (below 1 Linden is faster). A turn repeats the operation
// for about 20 ms; libraries alternate from turn to turn, so that a slow moment of the machine meets both. Before each
// turn there is a rest: libtorch's OpenMP threads spin for some milliseconds after work, on a core that Linden would
// then not have. (OMP_WAIT_POLICY=active makes them spin for ever, passive slows libtorch down: leave it unset.)
//
// With one thread there is no rest, and the figures are the least CPU seconds: these say something on a machine that
// others use, too.
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <functional>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

constexpr std::chrono::milliseconds rest{40};

struct Case {
  std::string name;
  std::function<void()> linden, torch;
};

bool is_alone = false;  // one thread: its CPU seconds count

double now() {
  timespec t{};
  clock_gettime(is_alone ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

double seconds_for(const std::function<void()>& work, int times) {
  work();  // wakes the threads
  const double start = now();
  for (int i = 0; i < times; ++i) work();
  return (now() - start) / times;
}

int times_for_a_turn(const std::function<void()>& work) {
  work();
  int times = 1;
  double seconds = seconds_for(work, times);
  while (seconds * times < 0.005) seconds = seconds_for(work, times *= 4);
  return std::max(1, static_cast<int>(0.02 / seconds));
}

double typical(std::vector<double> values) {
  if (is_alone) return *std::min_element(values.begin(), values.end());
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

struct Figures {
  double linden, torch;
};

Figures measure(const Case& c, int turns) {
  const int linden_times = times_for_a_turn(c.linden), torch_times = times_for_a_turn(c.torch);
  std::vector<double> linden, torch;
  for (int turn = 0; turn < turns; ++turn) {
    if (!is_alone) std::this_thread::sleep_for(rest);
    linden.push_back(seconds_for(c.linden, linden_times));
    if (!is_alone) std::this_thread::sleep_for(rest);
    torch.push_back(seconds_for(c.torch, torch_times));
  }
  return {typical(linden), typical(torch)};
}

/// One pair of tensors with the same numbers, in (0.1, 2.1).
struct Pair {
  linden::Tensor linden;
  torch::Tensor torch;
};

Pair random_pair(const std::vector<std::int64_t>& sizes, linden::DType dtype, std::uint64_t seed) {
  linden::Generator random(seed);
  Pair p;
  p.linden = random.uniform(linden::Shape(std::span<const std::int64_t>(sizes)), {0.1, 2.1}, dtype);
  const auto type = dtype == linden::DType::f32 ? torch::kFloat32 : torch::kFloat64;
  void* const data = dtype == linden::DType::f32 ? static_cast<void*>(p.linden.data<float>())
                                                 : static_cast<void*>(p.linden.data<double>());
  p.torch = torch::from_blob(data, sizes, torch::TensorOptions().dtype(type)).clone();
  return p;
}

void add_overheads(std::vector<Case>& cases) {
  const Pair a = random_pair({1}, linden::DType::f64, 1), b = random_pair({1}, linden::DType::f64, 2);
  cases.push_back({"one element: add", [=] { a.linden + b.linden; }, [=] { a.torch + b.torch; }});
  cases.push_back({"one element: exp", [=] { exp(a.linden); }, [=] { torch::exp(a.torch); }});
  const linden::Tensor x = a.linden.clone().set_requires_grad();
  const torch::Tensor y = a.torch.clone().requires_grad_();
  cases.push_back({"one element, taped: add", [=] { x + b.linden; }, [=] { y + b.torch; }});
  cases.push_back({"one element, taped: mul", [=] { x* b.linden; }, [=] { y* b.torch; }});
  cases.push_back({"one element, taped: exp", [=] { exp(x); }, [=] { torch::exp(y); }});
}

void add_elementwise(std::vector<Case>& cases, linden::DType dtype, std::int64_t n) {
  const std::string suffix = std::string(" ") + linden::name_of(dtype) + " " + std::to_string(n);
  const Pair a = random_pair({n}, dtype, 1), b = random_pair({n}, dtype, 2);
  const auto add = [&](const char* name, auto mine, auto theirs) {
    cases.push_back({name + suffix, std::move(mine), std::move(theirs)});
  };
  add(
      "add", [=] { a.linden + b.linden; }, [=] { a.torch + b.torch; });
  add(
      "mul by a number", [=] { a.linden * 1.5; }, [=] { a.torch * 1.5; });
  add(
      "div", [=] { a.linden / b.linden; }, [=] { a.torch / b.torch; });
  add(
      "exp", [=] { exp(a.linden); }, [=] { torch::exp(a.torch); });
  add(
      "log", [=] { log(a.linden); }, [=] { torch::log(a.torch); });
  add(
      "sigmoid", [=] { sigmoid(a.linden); }, [=] { torch::sigmoid(a.torch); });
  add(
      "tanh", [=] { tanh(a.linden); }, [=] { torch::tanh(a.torch); });
  add(
      "softplus", [=] { softplus(a.linden); }, [=] { torch::softplus(a.torch); });
  add(
      "pow", [=] { pow(a.linden, b.linden); }, [=] { torch::pow(a.torch, b.torch); });
  add(
      "maximum", [=] { maximum(a.linden, b.linden); }, [=] { torch::maximum(a.torch, b.torch); });
  add(
      "where", [=] { where(a.linden > b.linden, a.linden, b.linden); },
      [=] { torch::where(a.torch > b.torch, a.torch, b.torch); });
  add(
      "sum", [=] { sum(a.linden); }, [=] { a.torch.sum(); });
  add(
      "max", [=] { max(a.linden); }, [=] { a.torch.max(); });
  if (n % 100 == 0) {
    const Pair m{a.linden.reshape({n / 100, 100}), a.torch.reshape({n / 100, 100})};
    const Pair row = random_pair({100}, dtype, 3);
    add(
        "row sums", [=] { sum(m.linden, 1); }, [=] { m.torch.sum(1); });
    add(
        "column sums", [=] { sum(m.linden, 0); }, [=] { m.torch.sum(0); });
    add(
        "add a row", [=] { m.linden + row.linden; }, [=] { m.torch + row.torch; });
    add(
        "transpose", [=] { m.linden.transpose(0, 1).contiguous(); }, [=] { m.torch.transpose(0, 1).contiguous(); });
    add(
        "running sums", [=] { cumulative_sum(a.linden, 0); }, [=] { a.torch.cumsum(0); });
    add(
        "running sums of rows", [=] { cumulative_sum(m.linden, 1); }, [=] { m.torch.cumsum(1); });
    add(
        "running sums of columns", [=] { cumulative_sum(m.linden, 0); }, [=] { m.torch.cumsum(0); });
  }
}

/// Chains of elementwise operations: one by one, and fused, each beside libtorch's one by one.
void add_chains(std::vector<Case>& cases, linden::DType dtype, std::int64_t n) {
  const std::string suffix = std::string(" ") + linden::name_of(dtype) + " " + std::to_string(n);
  const Pair x = random_pair({n}, dtype, 1), y = random_pair({n}, dtype, 2);
  const auto add = [&](const std::string& name, auto mine, auto theirs) {
    const auto beside = [=] { theirs(x.torch, y.torch); };
    cases.push_back({name + suffix, [=] { mine(x.linden, y.linden); }, beside});
    const auto fused = linden::fuse(mine);
    cases.push_back({name + ", fused" + suffix, [=] { fused(x.linden, y.linden); }, beside});
  };
  using A = const linden::Tensor&;
  using B = const torch::Tensor&;
  add(
      "3 ops: exp(x) y + 1", [](A a, A b) { return exp(a) * b + 1.0; },
      [](B a, B b) { return torch::exp(a) * b + 1.0; });
  add(
      "5 ops: (x - 1) / 2 y where x > y", [](A a, A b) { return where(a > b, (a - 1.0) / 2.0 * b, b); },
      [](B a, B b) { return torch::where(a > b, (a - 1.0) / 2.0 * b, b); });
  add(
      "10 ops: gelu by tanh, times y",
      [](A a, A b) { return 0.5 * a * (1.0 + tanh(0.7978845608028654 * (a + 0.044715 * square(a) * a))) * b; },
      [](B a, B b) {
        return 0.5 * a * (1.0 + torch::tanh(0.7978845608028654 * (a + 0.044715 * torch::square(a) * a))) * b;
      });
  add(
      "4 ops: x y + x - 1", [](A a, A b) { return (a * b + a - 1.0) * b; },
      [](B a, B b) { return (a * b + a - 1.0) * b; });
}

void add_products(std::vector<Case>& cases, linden::DType dtype, std::int64_t n) {
  const Pair a = random_pair({n, n}, dtype, 1), b = random_pair({n, n}, dtype, 2);
  cases.push_back({std::string("matmul ") + linden::name_of(dtype) + " " + std::to_string(n),
                   [=] { matmul(a.linden, b.linden); }, [=] { torch::matmul(a.torch, b.torch); }});
}

void add_logistic_step(std::vector<Case>& cases, linden::DType dtype) {
  const Pair x = random_pair({100000, 100}, dtype, 1), z = random_pair({100000}, dtype, 2);
  const Pair y{cast(z.linden > 1.1, dtype), (z.torch > 1.1).to(x.torch.dtype())};
  const linden::Tensor w = linden::Tensor::zeros({100}, dtype).set_requires_grad();
  const torch::Tensor v = torch::zeros({100}, x.torch.options()).requires_grad_();
  const auto mine = std::make_shared<linden::optim::Adam>(std::vector<linden::Tensor>{w});
  const auto theirs =
      std::make_shared<torch::optim::Adam>(std::vector<torch::Tensor>{v}, torch::optim::AdamOptions(1e-3));
  cases.push_back({std::string("logistic Adam step 100000 x 100 ") + linden::name_of(dtype),
                   [=] {
                     mine->clear_grad();
                     const linden::Tensor s = matmul(x.linden, w);
                     backward(mean(softplus(s) - y.linden * s));
                     mine->step();
                   },
                   [=] {
                     theirs->zero_grad();
                     const torch::Tensor s = torch::matmul(x.torch, v);
                     torch::mean(torch::softplus(s) - y.torch * s).backward();
                     theirs->step();
                   }});
}

std::string duration(double seconds) {
  char text[32];
  if (seconds < 1e-6)
    std::snprintf(text, sizeof text, "%.0f ns", seconds * 1e9);
  else if (seconds < 1e-3)
    std::snprintf(text, sizeof text, "%.2f us", seconds * 1e6);
  else
    std::snprintf(text, sizeof text, "%.2f ms", seconds * 1e3);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  int threads = 2, turns = 11;
  std::string only, json_file;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view option = argv[i];
    if (option == "--threads")
      threads = std::atoi(argv[i + 1]);
    else if (option == "--turns")
      turns = std::atoi(argv[i + 1]);
    else if (option == "--only")
      only = argv[i + 1];
    else if (option == "--json")
      json_file = argv[i + 1];
    else
      return std::fprintf(stderr, "unknown option %s\n", argv[i]), 1;
  }
  is_alone = threads == 1;
  const linden::Threads scope(threads);
  torch::set_num_threads(threads);

  std::vector<Case> cases;
  add_overheads(cases);
  for (const linden::DType dtype : {linden::DType::f32, linden::DType::f64}) {
    for (const std::int64_t n : {1000, 10000, 100000, 1000000, 10000000}) add_elementwise(cases, dtype, n);
    for (const std::int64_t n : {1000, 100000, 1000000, 10000000}) add_chains(cases, dtype, n);
    for (const std::int64_t n : {512, 2048}) add_products(cases, dtype, n);
    add_logistic_step(cases, dtype);
  }

  nlohmann::json results = nlohmann::json::array();
  std::printf("%-42s %12s %12s %8s\n", "case", "Linden", "libtorch", "ratio");
  for (const Case& c : cases) {
    if (c.name.find(only) == std::string::npos) continue;
    const Figures f = measure(c, turns);
    std::printf("%-42s %12s %12s %8.2f\n", c.name.c_str(), duration(f.linden).c_str(), duration(f.torch).c_str(),
                f.linden / f.torch);
    std::fflush(stdout);
    results.push_back({{"case", c.name}, {"linden", f.linden}, {"libtorch", f.torch}, {"ratio", f.linden / f.torch}});
  }
  if (!json_file.empty()) std::ofstream(json_file) << results.dump(1) << '\n';
}
