// Gradients and curvatures on the device: the bytes of the CPU's, for every loss and for row programs over every op.
#include <cmath>
#include <limits>
#include <random>

#include "backend/loss/row_program.hpp"
#include "cuda/device.hpp"
#include "loss/loss_references.hpp"

namespace linden::cuda_test {
namespace {

struct Rows {
  std::vector<double> scores, labels, weights, parameter;

  Rows(std::size_t rows, std::size_t outputs, unsigned classes = 0) {
    std::mt19937_64 random(rows + outputs);
    std::normal_distribution<double> normal(0, 2);
    for (std::size_t i = 0; i < rows * outputs; ++i) scores.push_back(normal(random));
    for (std::size_t i = 0; i < rows; ++i) {
      labels.push_back(double(random() % (classes > 0 ? classes : 3)));
      weights.push_back(double(random() % 1000) / 100);
      parameter.push_back(normal(random));
    }
  }
};

struct Result {
  std::vector<float> gradients, curvatures;
  std::vector<GradientRange> ranges;
};

/// Every NaN is as good as another: a GPU makes only one.
std::vector<float> one_nan(std::vector<float> values) {
  for (float& x : values)
    if (std::isnan(x)) x = std::numeric_limits<float>::quiet_NaN();
  return values;
}

class CudaGradients : public DeviceTest {
 protected:
  Result on_cpu(LossSpec loss, const Rows& rows, bool weighted) {
    Result r = empty(loss, rows);
    const double* parameters[] = {rows.parameter.data()};
    loss.program_parameters = parameters;
    cpu_backend().tree.gradients(
        cpu(), {loss, std::int64_t(rows.labels.size()), rows.scores.data(), rows.labels.data(),
                weighted ? rows.weights.data() : nullptr, r.gradients.data(), r.curvatures.data(), r.ranges.data()});
    return r;
  }

  Result on_device(LossSpec loss, const Rows& rows, bool weighted) {
    Result r = empty(loss, rows);
    const auto scores = upload(rows.scores), labels = upload(rows.labels), weights = upload(rows.weights),
               parameter = upload(rows.parameter);
    const auto gradients = room<float>(std::int64_t(rows.scores.size())),
               curvatures = room<float>(std::int64_t(rows.scores.size()));
    const double* parameters[] = {parameter.data()};
    loss.program_parameters = parameters;
    device_backend().tree.gradients(
        context(), {loss, std::int64_t(rows.labels.size()), scores.data(), labels.data(),
                    weighted ? weights.data() : nullptr, gradients.data(), curvatures.data(), r.ranges.data()});
    r.gradients = download(gradients);
    r.curvatures = download(curvatures);
    return r;
  }

  void expect_same(const LossSpec& loss, const Rows& rows, const std::string& what) {
    for (const bool weighted : {false, true}) {
      const Result wanted = on_cpu(loss, rows, weighted), found = on_device(loss, rows, weighted);
      EXPECT_TRUE(same_bytes(one_nan(wanted.gradients), one_nan(found.gradients))) << what;
      EXPECT_TRUE(same_bytes(one_nan(wanted.curvatures), one_nan(found.curvatures))) << what;
      for (std::size_t k = 0; k < wanted.ranges.size(); ++k) {
        EXPECT_EQ(wanted.ranges[k].first_bad_row, found.ranges[k].first_bad_row) << what;
        if (wanted.ranges[k].first_bad_row >= 0) continue;  // the maxima of a fit that is refused do not matter
        EXPECT_EQ(wanted.ranges[k].max_gradient, found.ranges[k].max_gradient) << what;
        EXPECT_EQ(wanted.ranges[k].max_curvature, found.ranges[k].max_curvature) << what;
      }
    }
  }

 private:
  static Result empty(const LossSpec& loss, const Rows& rows) {
    const std::vector<float> unset(rows.scores.size(), -1);
    return {unset, unset, std::vector<GradientRange>(std::size_t(loss.outputs), {-1, -1, 7})};
  }
};

LossSpec spec(LossKind kind, std::int32_t outputs = 1, double parameter = 0) {
  LossSpec loss;
  loss.kind = kind;
  loss.outputs = outputs;
  loss.parameter[0] = parameter;
  return loss;
}

TEST_F(CudaGradients, OfEveryLoss) {
  for (const std::size_t rows : {0, 1, 700}) {
    for (const Loss& loss : all_losses())
      expect_same(loss.definition().spec,
                  Rows(rows, std::size_t(loss.outputs()), loss.outputs() > 1 ? loss.outputs() : 0), loss.name());
    expect_same(spec(kind_of<FocalLoss>, 1, 2), Rows(rows, 1), "focal without a power");
  }
}

TEST_F(CudaGradients, OfMoreRowsThanTheGridAndOfManyClasses) {
  expect_same(spec(kind_of<LogisticLoss>), Rows(9001, 1), "logistic");
  expect_same(spec(kind_of<SoftmaxLoss>, 2), Rows(1100, 2, 2), "softmax");
  expect_same(spec(kind_of<SoftmaxLoss>, 4097), Rows(2, 4097, 4097), "4097 classes");
}

TEST_F(CudaGradients, NameTheFirstRowThatIsNotFinite) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  Rows rows(2000, 1);
  for (const std::size_t row : {1999, 1501, 777, 900}) rows.scores[row] = row % 2 == 0 ? nan : inf;
  expect_same(spec(kind_of<SquaredLoss>), rows, "squared");
  expect_same(spec(kind_of<QuantileLoss>, 1, 0.5), rows, "quantile");
  EXPECT_EQ(on_device(spec(kind_of<SquaredLoss>), rows, false).ranges[0].first_bad_row, 777);

  Rows large(300, 1);
  large.scores[290] = -1e39;  // a double, but not a float
  EXPECT_EQ(on_device(spec(kind_of<SquaredLoss>), large, false).ranges[0].first_bad_row, 290);

  Rows classes(600, 3, 3);
  classes.scores[2 * 600 + 555] = nan;
  expect_same(spec(kind_of<SoftmaxLoss>, 3), classes, "softmax");
}

// Row programs by hand.
class Program {
 public:
  explicit Program(std::int32_t outputs = 1, std::vector<double> constants = {}) {
    program_.outputs = outputs;
    program_.parameters = 1;
    for (const double c : constants) program_.constant[program_.constants++] = c;
    program_.registers = outputs + 2 + program_.constants;
  }
  std::int32_t label() const { return program_.outputs; }
  std::int32_t parameter() const { return program_.outputs + 1; }
  std::int32_t constant(std::int32_t i) const { return program_.outputs + 2 + i; }

  template <class Op>
  std::int32_t unary(std::int32_t a, bool is_link = false) {
    return add({RowInstruction::Code::unary, is_link, std::int16_t(op_number<Op>(UnaryOps())), 0, a});
  }
  template <class Op>
  std::int32_t binary(std::int32_t a, std::int32_t b) {
    return add({RowInstruction::Code::binary, false, std::int16_t(op_number<Op>(BinaryOps())), 0, a, b});
  }
  std::int32_t where(std::int32_t a, std::int32_t b, std::int32_t c) {
    return add({RowInstruction::Code::where, false, 0, 0, a, b, c});
  }
  std::int32_t logsumexp(std::int32_t first, std::int32_t count) {
    const std::int32_t out = add({RowInstruction::Code::logsumexp, false, 0, 0, first, count});
    program_.registers += 2;
    return out;
  }
  std::int32_t pick(std::int32_t first, std::int32_t count, std::int32_t index) {
    return add({RowInstruction::Code::pick, false, 0, 0, first, count, index});
  }

  LossSpec loss(CurvatureRule rule = CurvatureRule::clamped) const {
    LossSpec loss = spec(LossKind::program, program_.outputs);
    loss.curvature = rule;
    loss.program = &program_;
    return loss;
  }
  std::int32_t registers() const { return program_.registers; }

 private:
  std::int32_t add(RowInstruction instruction) {
    instruction.out = program_.registers++;
    program_.instruction[program_.instructions++] = instruction;
    program_.result = instruction.out;
    return instruction.out;
  }

  RowProgram program_;
};

template <class... Ops, class Visitor>
void each_op(OpList<Ops...>, const Visitor& visitor) {
  (visitor(Ops()), ...);
}

// Of the score (a straight line), of a curve of it, and of what does not depend on it.
TEST_F(CudaGradients, OfProgramsOverEveryOp) {
  const Rows rows(70, 1);
  each_op(UnaryOps(), [&](auto op) {
    using Op = decltype(op);
    Program p(1, {1.5});
    const std::int32_t line = p.unary<Op>(0);
    const std::int32_t curve = p.unary<Op>(p.binary<Add>(p.binary<Mul>(0, 0), p.constant(0)));
    const std::int32_t fixed = p.unary<Op>(p.label());
    p.binary<Add>(p.binary<Mul>(line, fixed), p.binary<Mul>(curve, p.parameter()));
    expect_same(p.loss(), rows, Op::info.name);
  });
  each_op(BinaryOps(), [&](auto op) {
    using Op = decltype(op);
    Program p(1, {2});
    const std::int32_t curve = p.unary<Exp>(0);
    std::int32_t sum = p.binary<Op>(p.constant(0), curve);
    for (const auto& [a, b] : {std::pair(p.constant(0), 0), {p.label(), p.constant(0)}})
      sum = p.binary<Add>(sum, p.binary<Op>(a, b));
    if constexpr (!std::is_same_v<Op, Polygamma>)
      for (const auto& [a, b] : {std::pair(0, p.label()), {0, curve}, {curve, 0}, {curve, curve}, {0, 0}})
        sum = p.binary<Add>(sum, p.binary<Op>(a, b));
    p.binary<Mul>(sum, curve);
    expect_same(p.loss(), rows, Op::info.name);
  });
}

TEST_F(CudaGradients, OfProgramsWithEveryCurvatureRule) {
  Program p;
  const std::int32_t link = p.unary<Sigmoid>(0, true);
  p.binary<Mul>(p.unary<Square>(p.binary<Sub>(p.label(), link)), p.unary<Tanh>(0));
  for (const CurvatureRule rule : {CurvatureRule::clamped, CurvatureRule::exact, CurvatureRule::absolute,
                                   CurvatureRule::one, CurvatureRule::majorising})
    for (const bool about_label : {true, false}) {
      LossSpec loss = p.loss(rule);
      loss.majoriser = {0.01, about_label};
      expect_same(loss, Rows(200, 1), "rule " + std::to_string(int(rule)));
    }
  Program q(3);
  q.binary<Sub>(q.logsumexp(0, 3), q.pick(0, 3, q.label()));
  LossSpec loss = q.loss(CurvatureRule::majorising);
  loss.majoriser = {0.01, true};
  expect_same(loss, Rows(100, 3, 3), "of several outputs");
}

TEST_F(CudaGradients, OfProgramsWithManyOutputs) {
  Program p(3);
  p.binary<Sub>(p.logsumexp(0, 3), p.pick(0, 3, p.label()));
  const Rows rows(300, 3, 3);
  expect_same(p.loss(), rows, "softmax as a program");
  EXPECT_TRUE(same_bytes(on_device(p.loss(), rows, true).gradients,
                         on_device(spec(kind_of<SoftmaxLoss>, 3), rows, true).gradients));

  Program q(3);
  const std::int32_t squares[] = {q.unary<Square>(0), q.binary<Mul>(1, 2), q.unary<Neg>(2)};
  const std::int32_t all = q.logsumexp(squares[0], 3);
  q.where(q.binary<Greater>(q.label(), 0), all, q.binary<Mul>(all, q.pick(squares[0], 3, q.label())));
  expect_same(q.loss(), rows, "mixed");
}

TEST_F(CudaGradients, OfProgramsThatDoNotFitLocalMemory) {
  Program p(2, {0.25, -1});
  std::int32_t sum = p.binary<Sub>(0, p.label());
  for (int i = 0; i < 30; ++i) sum = p.binary<Add>(p.unary<Sigmoid>(sum), p.binary<Mul>(i % 2, p.constant(i % 2)));
  ASSERT_GT(p.registers(), 60);
  expect_same(p.loss(), Rows(400, 2), "large");
}

// A program takes 2^20 rows at a time.
TEST_F(CudaGradients, OfProgramsInChunksOfRows) {
  Program p;
  p.unary<Square>(p.binary<Sub>(0, p.parameter()));
  Rows rows((1 << 20) + 300, 1);
  rows.scores[(1 << 20) + 100] = 1e3;  // the largest gradient
  rows.weights[(1 << 20) + 100] = 1;
  const Result wanted = on_cpu(p.loss(), rows, true), found = on_device(p.loss(), rows, true);
  EXPECT_TRUE(same_bytes(wanted.gradients, found.gradients));
  EXPECT_TRUE(same_bytes(wanted.curvatures, found.curvatures));
  EXPECT_EQ(found.ranges[0].max_gradient, wanted.gradients[(1 << 20) + 100]);
  EXPECT_EQ(found.ranges[0].max_curvature, wanted.ranges[0].max_curvature);
}

}  // namespace
}  // namespace linden::cuda_test
