// The interpreter of row programs: loss, gradient and diagonal curvature against the tape's and closed forms, every op
// at least once, tiles of any width.
#include "backend/loss/row_program.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <map>
#include <string>
#include <vector>

#include "loss/trace/traced.hpp"
#include "ops/masked.hpp"

namespace linden {
namespace {

struct Rows {
  Tensor score, label;  // [rows] or [rows, K]; [rows]
  std::vector<Tensor> parameters;
};

Rows rows_of(std::int64_t rows, int outputs, double low = -2, double high = 2) {
  Rows r{scattered_tensor(outputs == 1 ? Shape{rows} : Shape{rows, outputs}, low, high), Tensor::empty({rows}), {}};
  for (std::int64_t i = 0; i < rows; ++i) r.label.span<double>()[static_cast<std::size_t>(i)] = (i * 5 + 1) % 3;
  return r;
}

struct Numbers {
  std::vector<double> loss, gradient, curvature;  // derivatives of row r in score k at r * K + k
};

Numbers by_program(const RowProgram& program, const Rows& rows, std::int64_t width, bool with_loss = true) {
  const std::int64_t count = rows.label.size(0), outputs = program.outputs;
  const Tensor scores = (outputs == 1 ? rows.score : rows.score.transpose(0, 1)).contiguous();
  std::vector<double> memory(static_cast<std::size_t>(RowTile::memory_size(program, width)), std::nan(""));
  RowTile tile(program, memory.data(), width, with_loss);
  std::vector<const double*> parameters;
  for (const Tensor& t : rows.parameters) parameters.push_back(t.data<double>());
  Numbers n;
  n.loss.resize(static_cast<std::size_t>(count));
  n.gradient.resize(static_cast<std::size_t>(count * outputs));
  n.curvature = n.gradient;
  for (std::int64_t first = 0; first < count; first += width) {
    const std::int64_t last = std::min(first + width, count);
    tile.load({scores.data<double>(), count, rows.label.data<double>(), parameters.data()}, first, last - first);
    for (std::int32_t k = 0; k < outputs; ++k) {
      tile.differentiate(k);
      for (std::int64_t row = first; row < last; ++row) {
        n.loss[static_cast<std::size_t>(row)] = tile.loss(row - first);
        n.gradient[static_cast<std::size_t>(row * outputs + k)] = tile.gradient(row - first);
        n.curvature[static_cast<std::size_t>(row * outputs + k)] = tile.curvature(row - first);
      }
    }
  }
  return n;
}

std::vector<double> values(const Tensor& t) {
  const Tensor dense = cast(t.detach(), DType::f64).contiguous();
  const auto span = dense.span<double>();
  return {span.begin(), span.end()};
}

/// Double backward, once for each output.
Numbers by_tape(const TensorLoss& f, const Rows& rows) {
  const Tensor x = rows.score.detach().set_requires_grad();
  const Tensor y = f(x, rows.label, rows.parameters);
  Numbers n{values(y), std::vector<double>(static_cast<std::size_t>(x.elements())), {}};
  n.curvature = n.gradient;
  if (!y.requires_grad()) return n;
  const Tensor g = grad(sum(y), {x}, {.create_graph = true})[0];
  n.gradient = values(g);
  if (!g.requires_grad()) return n;
  const std::int64_t outputs = x.rank() == 1 ? 1 : x.size(1);
  for (std::int64_t k = 0; k < outputs; ++k) {
    const Tensor part = x.rank() == 1 ? g : g.select(1, k);
    const std::vector<double> h = values(grad(sum(part), {x}, {.retain_graph = true})[0]);
    for (std::size_t i = static_cast<std::size_t>(k); i < h.size(); i += static_cast<std::size_t>(outputs))
      n.curvature[i] = h[i];
  }
  return n;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_NEAR(got[i], want[i], 1e-12 * std::max(1.0, std::abs(want[i]))) << what << ", entry " << i;
}

void expect_same(const TensorLoss& f, const TraceOptions& options, const Rows& rows, const std::string& name) {
  const Trace t = trace("mine", f, options);
  ASSERT_EQ(t.obstacle, "") << name;
  const Numbers want = by_tape(f, rows);
  const std::int64_t count = rows.label.size(0);
  for (const std::int64_t width : {std::int64_t{1}, std::int64_t{16}, count}) {
    const Numbers got = by_program(t.program, rows, width);
    expect_near(got.loss, want.loss, name + ": loss");
    expect_near(got.gradient, want.gradient, name + ": gradient");
    expect_near(got.curvature, want.curvature, name + ": curvature");
    // Values that nobody reads are left out, and change nothing.
    const Numbers bare = by_program(t.program, rows, width, false);
    EXPECT_EQ(bare.gradient, got.gradient) << name;
    EXPECT_EQ(bare.curvature, got.curvature) << name;
  }
}

using OfOne = Tensor (*)(const Tensor&);
using OfTwo = Tensor (*)(const Tensor&, const Tensor&);

const std::map<std::string, OfOne> functions{{"neg", operator- },
                                              {"abs", abs},
                                              {"sign", sign},
                                              {"floor", floor},
                                              {"ceil", ceil},
                                              {"round", round},
                                              {"trunc", trunc},
                                              {"square", square},
                                              {"reciprocal", reciprocal},
                                              {"sqrt", sqrt},
                                              {"exp", exp},
                                              {"expm1", expm1},
                                              {"log", log},
                                              {"log1p", log1p},
                                              {"sigmoid", sigmoid},
                                              {"softplus", softplus},
                                              {"log_sigmoid", log_sigmoid},
                                              {"tanh", tanh},
                                              {"relu", relu},
                                              {"erf", erf},
                                              {"lgamma", lgamma},
                                              {"digamma", digamma},
                                              {"is_nan", is_nan},
                                              {"logical_not", logical_not}};
const std::map<std::string, OfTwo> functions_of_two{
    {"add", operator+ },
     {"sub", operator- },
      {"mul", operator* },
       {"div", operator/ }, {"pow", pow}, {"maximum", maximum}, {"minimum", minimum}, {"polygamma", polygamma},
        {"equal", operator== },
         {"not_equal", operator!= },
          {"less", operator<},
           {"less_equal", operator<= },
            {"greater", operator> },
             {"greater_equal", operator>= }, {"logical_and", logical_and}, {"logical_or", logical_or}};

/// The op by its name, as numbers.
Tensor run(const std::string& op, const Tensor& x) { return cast(functions.at(op)(x), DType::f64); }
Tensor run(const std::string& op, const Tensor& a, const Tensor& b) {
  return cast(functions_of_two.at(op)(a, b), DType::f64);
}

/// Arguments within the interval where the op is smooth: a shifted sine of the score.
Tensor inside(const OpInfo& info, const Tensor& s) {
  return 0.5 * (info.low + info.high) + 0.48 * (info.high - info.low) * tanh(s);
}

void check_unary(const OpInfo& op) {
  const auto f = [&](const Tensor& s, const Tensor& y) {
    const Tensor line = s * 0.1 * (op.high - op.low) + 0.5 * (op.low + op.high);
    return run(op.name, line) * (s + 2) + square(run(op.name, inside(op, s)) - 0.3 * y) +
           run(op.name, inside(op, y)) * s;
  };
  expect_same(plain(f), {}, rows_of(40, 1), op.name);
}

void check_binary(const OpInfo& op) {
  // Products of gradients are the tape's own: no function of users makes them.
  if (op.name == ChainProduct::info.name || op.name == GatedProduct::info.name) return;
  const bool is_order = std::string(op.name) == "polygamma";  // its first operand does not move
  const auto f = [&](const Tensor& s, const Tensor& y) {
    const auto of = [&](const Tensor& a, const Tensor& b) { return run(op.name, is_order ? Tensor(1.0) : a, b); };
    const Tensor line = 0.11 * (op.high - op.low) * s + (0.53 * op.high + 0.47 * op.low), dual = inside(op, s * 0.9),
                 other = inside(op, -0.7 * s), constant = inside(op, y);
    return of(line, constant) * (s + 2) + of(constant, line) + square(of(dual, constant)) + of(constant, dual) +
           of(line, dual) * s + of(dual, line) + of(dual, other) * exp(s) + of(line, 0.3 * line + 0.7) +
           of(constant, constant) * s;
  };
  expect_same(plain(f), {}, rows_of(40, 1), op.name);
}

template <class... Ops>
void check_all(OpList<Ops...>, void (*check)(const OpInfo&)) {
  (check(Ops::info), ...);
}

TEST(RowProgram, EveryUnaryOpEqualsTheTape) { check_all(UnaryOps(), check_unary); }
TEST(RowProgram, EveryBinaryOpEqualsTheTape) { check_all(BinaryOps(), check_binary); }

TEST(RowProgram, ClosedForms) {
  struct Form {
    const char* name;
    RowFunction f;
    std::function<double(double s, double y)> value, gradient, curvature;
  };
  const Form forms[] = {
      {"student", [](const Tensor& s, const Tensor& y) { return 2.5 * log1p(square(y - s) / 4); },
       [](double s, double y) { return 2.5 * std::log1p((y - s) * (y - s) / 4); },
       [](double s, double y) { return 5 * (s - y) / (4 + (y - s) * (y - s)); },
       [](double s, double y) {
         const double r2 = (y - s) * (y - s);
         return 5 * (4 - r2) / ((4 + r2) * (4 + r2));
       }},
      {"gamma", [](const Tensor& s, const Tensor& y) { return s + y * exp(-s); },
       [](double s, double y) { return s + y * std::exp(-s); }, [](double s, double y) { return 1 - y * std::exp(-s); },
       [](double s, double y) { return y * std::exp(-s); }},
      {"expectile", [](const Tensor& s, const Tensor& y) { return where(y > s, 0.9, 0.1) * square(y - s); },
       [](double s, double y) { return (y > s ? 0.9 : 0.1) * (y - s) * (y - s); },
       [](double s, double y) { return (y > s ? 1.8 : 0.2) * (s - y); },
       [](double s, double y) { return y > s ? 1.8 : 0.2; }},
      {"brier", [](const Tensor& s, const Tensor& y) { return square(sigmoid(s) - y); },
       [](double s, double y) {
         const double p = 1 / (1 + std::exp(-s));
         return (p - y) * (p - y);
       },
       [](double s, double y) {
         const double p = 1 / (1 + std::exp(-s));
         return 2 * (p - y) * p * (1 - p);
       },
       [](double s, double y) {
         const double p = 1 / (1 + std::exp(-s)), d = p * (1 - p);
         return 2 * d * d + 2 * (p - y) * d * (1 - 2 * p);
       }},
  };
  const Rows rows = rows_of(50, 1, -3, 3);
  for (const Form& form : forms) {
    const Trace t = traced(form.f);
    ASSERT_EQ(t.obstacle, "") << form.name;
    const Numbers got = by_program(t.program, rows, 50);
    const auto s = values(rows.score), y = values(rows.label);
    for (std::size_t i = 0; i < s.size(); ++i) {
      EXPECT_NEAR(got.loss[i], form.value(s[i], y[i]), 1e-13) << form.name;
      EXPECT_NEAR(got.gradient[i], form.gradient(s[i], y[i]), 1e-13) << form.name;
      EXPECT_NEAR(got.curvature[i], form.curvature(s[i], y[i]), 1e-13) << form.name;
    }
  }
}

TEST(RowProgram, SeveralOutputsHaveTheTrueDiagonal) {
  struct Form {
    const char* name;
    int outputs;
    RowFunction f;
  };
  const auto label = [](const Tensor& y) { return cast(y, DType::i64); };
  const Form forms[] = {
      {"softmax", 3, [&](const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, label(y)); }},
      {"softmax, the label kept as a column", 3,
       [&](const Tensor& s, const Tensor& y) {
         return (logsumexp(s, 1, true) - gather(s, 1, label(y).unsqueeze(1))).squeeze(1);
       }},
      {"temperature", 5,
       [&](const Tensor& s, const Tensor& y) {
         const Tensor t = s * 0.7 + 0.1;
         return logsumexp(t, 1) - gather(t, 1, label(y));
       }},
      {"moved together", 4,
       [&](const Tensor& s, const Tensor& y) {
         const Tensor t = square(s) + s * sum(s, 1, true);  // every argument moves with every score
         return logsumexp(t, 1) - gather(t, 1, label(y)) * 0.5;
       }},
      {"probabilities", 3,
       [&](const Tensor& s, const Tensor& y) {
         const Tensor p = softmax(s, 1);
         return sum(square(p), 1) - 2 * gather(p, 1, label(y)) + 1;
       }},
      {"normal", 2,
       [](const Tensor& s, const Tensor& y) {
         const Tensor mean = s.select(1, 0), log_sigma = s.select(1, 1);
         return 0.5 * square((y - mean) * exp(-log_sigma)) + log_sigma;
       }},
      {"means", 3, [](const Tensor& s, const Tensor& y) { return square(mean(s, 1) - y) + variance(s, 1); }},
      {"a score that is left out", 2, [](const Tensor& s, const Tensor& y) { return square(s.select(1, 1) - y); }},
      {"linear", 2, [](const Tensor& s, const Tensor& y) { return s.select(1, 0) * y - s.select(1, 1); }},
      {"broadcast", 3,
       [](const Tensor& s, const Tensor& y) {
         return sum(where(s > 0, square(s - y.unsqueeze(1)), exp(s).clone()), 1);
       }},
      {"repeated", 3,
       [](const Tensor& s, const Tensor& y) { return sum(square(s - y.unsqueeze(1).broadcast_to(s.shape())), 1); }},
      {"constants by score", 3,
       [](const Tensor& s, const Tensor& y) {
         const std::vector<double> w{1, 2, 0.5};
         return sum(square(s) * Tensor::copy_of(std::span<const double>(w), {3}), 1) * (y + 1) +
                sum(Tensor::copy_of(std::span<const double>(w), {1, 3}) * exp(s), {1});
       }},
      {"three dimensions", 3,
       [](const Tensor& s, const Tensor& y) {
         const Tensor d = s.unsqueeze(2) - 0.5 * s.unsqueeze(1);
         return sum(sum(softplus(d), 2), 1) + y * 0;
       }},
  };
  for (const Form& form : forms)
    expect_same(plain(form.f), {form.outputs, 0, LabelKind::classes, -1}, rows_of(40, form.outputs), form.name);
}

TEST(RowProgram, ParametersAreReadByRow) {
  const TensorLoss f = [](const Tensor& s, const Tensor& y, Parameters p) {
    return p[1] * square(y - s) + softplus(s * p[0]);
  };
  Rows rows = rows_of(33, 1);
  rows.parameters = {scattered_tensor({33}, 0.5, 2), scattered_tensor({33}, -1, 1, 0.7)};
  expect_same(f, {1, 2, LabelKind::real, -1}, rows, "two parameters");
}

TEST(RowProgram, NumbersThatAreNotFiniteStayWhatTheyAre) {
  const Trace t = traced([](const Tensor& s, const Tensor& y) { return log(s) + where(y > 5, 1 / s, s); });
  Rows rows = rows_of(3, 1);
  rows.score.span<double>()[0] = -1;
  rows.score.span<double>()[1] = std::nan("");
  rows.score.span<double>()[2] = 0;
  const Numbers n = by_program(t.program, rows, 3);
  EXPECT_TRUE(std::isnan(n.loss[0]));
  EXPECT_TRUE(std::isnan(n.gradient[1]));
  EXPECT_EQ(n.loss[2], -INFINITY);
  EXPECT_EQ(n.gradient[2], INFINITY);
}

TEST(RowProgram, AClassThatDoesNotExistIsNoNumber) {
  const Trace t =
      traced([](const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64)); }, 3,
             LabelKind::classes);
  Rows rows = rows_of(4, 3);
  const std::vector<double> labels{-1, 3, std::nan(""), 2};
  rows.label = Tensor::copy_of(std::span<const double>(labels), {4});
  const Numbers n = by_program(t.program, rows, 4);
  for (std::size_t row = 0; row < 4; ++row) EXPECT_EQ(std::isnan(n.loss[row]), row < 3) << row;
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(std::isnan(n.gradient[i]), i < 9) << i;
}

TEST(RowProgram, TheLongestAndTheWidestFitTheirTiles) {
  const auto longest = [](const Tensor& s, const Tensor& y) {
    Tensor t = s - y;
    for (int i = 1; i < RowProgram::most_instructions; ++i) t = sigmoid(t);
    return t;
  };
  expect_same(plain(longest), {}, rows_of(129, 1), "256 operations");
  const auto widest = [](const Tensor& s, const Tensor& y) {
    return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64));
  };
  expect_same(plain(widest), {505, 0, LabelKind::classes, -1}, rows_of(9, 505), "512 values");
}

TEST(RowProgram, CastsToWholeNumbersCutOff) {
  const auto f = [](const Tensor& s, const Tensor& y) {
    return s * cast(cast(1.7 * s, DType::i64), DType::f64) + cast(cast(s, DType::boolean), DType::f64) * s +
           cast(cast(y, DType::f32), DType::f64);
  };
  expect_same(plain(f), {}, rows_of(40, 1), "casts");
}

TEST(RowProgram, NothingComesThroughTheBranchNotTaken) {
  for (const Masked& m : masked_functions()) {
    const RowFunction f = [&](const Tensor& s, const Tensor&) { return m.f(s); };
    const Trace t = traced(f);
    ASSERT_EQ(t.obstacle, "") << m.name;
    const Rows rows{Tensor::copy_of(m.at), Tensor::zeros(2), {}};
    const Numbers got = by_program(t.program, rows, 2);
    expect_near(got.gradient, m.first, m.name);
    expect_near(got.curvature, m.second, m.name);
  }
  // Kullback and Leibler's distance, at a label of 0.
  const TensorLoss distance = plain([](const Tensor& s, const Tensor& y) {
    const Tensor mean = exp(s);
    return where(y > 0, y * log(y / mean), 0.0) + mean - y;
  });
  const Rows rows{Tensor::of({0.0, 0.5}), Tensor::of({0.0, 2.0}), {}};
  expect_same(distance, {1, 0, LabelKind::nonnegative, -1}, rows, "distance");
  expect_near(by_tape(distance, rows).gradient, {1, std::exp(0.5) - 2}, "distance");
}

TEST(RowProgram, LogsumexpOfNothingButMinusInfinity) {
  const double infinity = std::numeric_limits<double>::infinity();
  const TensorLoss f = plain([=](const Tensor& s, const Tensor& y) {
    return maximum(logsumexp(where(y.unsqueeze(1) > 0, s, -infinity), 1), -1.0);
  });
  const Rows rows{Tensor::of({{0.0, 1.0}, {2.0, 3.0}}), Tensor::of({0.0, 1.0}), {}};
  expect_same(f, {2, 0, LabelKind::real, -1}, rows, "masked");
}

}  // namespace
}  // namespace linden
