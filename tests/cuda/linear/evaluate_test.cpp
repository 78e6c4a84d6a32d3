// Scores, loss, curvatures and gradient of linear models on the device against the CPU's.
#include "backend/loss/row_program.hpp"
#include "cuda/linear/design.hpp"
#include "loss/linked.hpp"
#include "loss/loss_references.hpp"

namespace linden::cuda_test {
namespace {

LossSpec spec(LossKind kind, std::int32_t outputs = 1, double parameter = 0) {
  LossSpec loss;
  loss.kind = kind;
  loss.outputs = outputs;
  loss.parameter[0] = parameter;
  return loss;
}

struct Evaluated {
  std::vector<double> scores, curvatures, gradient, mean_loss;
};

class CudaEvaluate : public LinearOnDevice {
 protected:
  template <class T>
  Evaluated compare_as(const DesignData<T>& data, const LossSpec& loss, double size = 0.3, bool with_offsets = false) {
    const std::int64_t rows = data.shape.rows, width = data.shape.columns + 1, outputs = loss.outputs;
    const std::vector<double> parameters = normal_numbers(outputs * width, 5, size);
    const std::vector<double> by_row = normal_numbers(rows, 8), given = normal_numbers(outputs * rows, 7);
    const std::vector<double> offsets = normal_numbers(with_offsets ? outputs * rows : 0, 9);
    const DesignOn host = on_cpu(data), device = on_device(data);

    Evaluated wanted;
    wanted.scores.resize(static_cast<std::size_t>(outputs * rows), -7);
    wanted.curvatures = wanted.scores;
    wanted.gradient.resize(static_cast<std::size_t>(outputs * width));
    wanted.mean_loss.resize(1, -7);
    const double* columns[] = {by_row.data()};
    EvaluateTask task{host.view, host.weights, loss, host.labels, parameters.data()};
    task.loss.program_parameters = columns;
    task.row_gradients = given.data();
    if (with_offsets) task.offsets = offsets.data();
    task.scratch = scratch(host, loss.outputs);
    task.scores = wanted.scores.data();
    task.curvatures = wanted.curvatures.data();
    task.gradient = wanted.gradient.data();
    task.mean_loss = wanted.mean_loss.data();
    cpu_backend().linear.evaluate(cpu(), task);

    Evaluated found;
    for (const bool again : {false, true}) {  // and in parts
      const std::vector<double> unset(static_cast<std::size_t>(outputs * rows), -7), one(1, -7);
      const auto scores = upload(unset), curvatures = upload(unset), mean_loss = upload(one);
      const auto gradient = room<double>(outputs * width);
      columns[0] = keep(by_row);
      task.design = device.view;
      task.weights = device.weights;
      task.labels = device.labels;
      task.parameters = keep(parameters);
      task.row_gradients = keep(given);
      if (with_offsets) task.offsets = keep(offsets);
      task.scratch = nullptr;
      task.scores = scores.data();
      task.curvatures = curvatures.data();
      task.gradient = gradient.data();
      task.mean_loss = mean_loss.data();
      if (again)
        in_parts(data, device.view, loss.outputs, false, [&](const DesignView& part, void* kept) {
          task.design = part;
          task.scratch = kept;
          device_backend().linear.evaluate(context(), task);
        });
      else
        device_backend().linear.evaluate(context(), task);
      const Evaluated before = found;
      found = {download(scores), download(curvatures), download(gradient), download(mean_loss)};
      if (!again) continue;
      EXPECT_TRUE(same_bytes(found.scores, before.scores));
      EXPECT_TRUE(same_bytes(found.curvatures, before.curvatures));
      EXPECT_TRUE(same_bytes(found.gradient, before.gradient));
      EXPECT_TRUE(same_bytes(found.mean_loss, before.mean_loss));
    }
    const std::string what = data.shape.text() + ", loss " + std::to_string(int(loss.kind));
    expect_near(found.scores, wanted.scores, what + ": score");
    expect_near(found.curvatures, wanted.curvatures, what + ": curvature");
    expect_near(found.gradient, wanted.gradient, what + ": gradient");
    expect_near(found.mean_loss, wanted.mean_loss, what + ": mean loss");
    return found;
  }
  void compare(DesignShape shape, const LossSpec& loss) {
    const int classes = loss.kind == kind_of<SoftmaxLoss> ? loss.outputs : 2;
    compare_as(DesignData<double>(shape, classes), loss);
    shape.f32 = true;
    compare_as(DesignData<float>(shape, classes), loss, 0.3, true);
  }
};

/// square(score - parameter by row * label) of the last output, times 1 + the squares of the others; so many rounds of
/// x = x + (score - score) make it long.
RowProgram some_program(std::int32_t outputs, int rounds = 0) {
  RowProgram program;
  program.outputs = outputs;
  program.parameters = 1;
  program.constants = 1;
  program.constant[0] = 1;
  program.registers = outputs + 3;
  const auto add = [&](RowInstruction instruction) {
    instruction.out = program.registers++;
    program.instruction[program.instructions++] = instruction;
    program.result = instruction.out;
    return instruction.out;
  };
  const auto binary = [&]<class Op>(Op, std::int32_t a, std::int32_t b) {
    return add({RowInstruction::Code::binary, false, std::int16_t(op_number<Op>(BinaryOps())), 0, a, b});
  };
  const auto square = [&](std::int32_t a) {
    return add({RowInstruction::Code::unary, false, std::int16_t(op_number<Square>(UnaryOps())), 0, a});
  };
  const std::int32_t label = outputs, parameter = outputs + 1, one = outputs + 2;
  std::int32_t x = binary(Sub(), outputs - 1, binary(Mul(), parameter, label));
  for (int i = 0; i < rounds; ++i) x = binary(Add(), x, binary(Sub(), 0, 0));
  x = square(x);
  for (std::int32_t k = 0; k + 1 < outputs; ++k) x = binary(Mul(), x, binary(Add(), one, square(k)));
  return program;
}

TEST_F(CudaEvaluate, EveryLossOfOneScore) {
  const DesignShape shape{.rows = 257, .columns = 5};
  for (const Loss& loss : joint_losses())
    if (loss.outputs() == 1) compare(shape, loss.definition().spec);
  compare_as(DesignData<double>(shape), spec(kind_of<FocalLoss>, 1, 2));
}

// Behind links that take any score; what others do not take costs without end on both devices.
TEST_F(CudaEvaluate, LossesBehindLinks) {
  const DesignShape shape{.rows = 257, .columns = 5};
  for (const auto& [loss, link] : {std::pair(loss::logistic(), Link::probit),
                                   std::pair(loss::logistic(), Link::cloglog), std::pair(loss::squared(), Link::exp)})
    compare(shape, with_link("test", loss, link).definition().spec);
  compare(shape, by_scoring(loss::inverse_gaussian()).definition().spec);
}

TEST_F(CudaEvaluate, DenseDesignsOfManyShapes) {
  for (const std::int32_t columns : {1, 31, 64, 65})
    for (const std::int64_t rows : {1, 255}) compare({.rows = rows, .columns = columns}, spec(kind_of<LogisticLoss>));
  compare({.rows = 1000, .columns = 130}, spec(kind_of<LogisticLoss>));
  compare({.rows = 257, .columns = 0, .weighted = false}, spec(kind_of<PoissonLoss>));
  compare({.rows = 300, .columns = 9, .intercept = false, .weighted = false}, spec(kind_of<SquaredLoss>));
}

// Sums that do not fit in shared memory, and columns in several lists.
TEST_F(CudaEvaluate, WideDesigns) { compare({.rows = 40, .columns = 1100}, spec(kind_of<SquaredLoss>)); }

// Tiles of 256, 128 and 64 rows, and blocks with several of them.
TEST_F(CudaEvaluate, DesignsOfManyRows) {
  compare_as(DesignData<double>({.rows = 105000, .columns = 1}), spec(kind_of<SquaredLoss>));
  compare_as(DesignData<float>({.rows = 17000, .columns = 66}), spec(kind_of<SquaredLoss>));
  compare_as(DesignData<float>({.rows = 8500, .columns = 129}), spec(kind_of<SquaredLoss>));
}

TEST_F(CudaEvaluate, Softmax) {
  compare({.rows = 257, .columns = 5}, spec(kind_of<SoftmaxLoss>, 3));
  compare({.rows = 100, .columns = 65, .weighted = false}, spec(kind_of<SoftmaxLoss>, 6));
  compare({.rows = 300, .columns = 3}, spec(kind_of<SoftmaxLoss>, 67));
}

TEST_F(CudaEvaluate, SparseDesigns) {
  compare({.rows = 600, .columns = 12, .sparse = true}, spec(kind_of<LogisticLoss>));
  compare({.rows = 100, .columns = 150, .sparse = true, .weighted = false}, spec(kind_of<SquaredLoss>));
  compare({.rows = 1, .columns = 3, .sparse = true, .weighted = false}, spec(kind_of<PoissonLoss>));
  compare({.rows = 100, .columns = 20, .sparse = true, .intercept = false}, spec(kind_of<SoftmaxLoss>, 3));
}

TEST_F(CudaEvaluate, RowPrograms) {
  for (const std::int32_t outputs : {1, 3})
    for (const bool sparse : {false, true}) {
      const RowProgram program = some_program(outputs);
      LossSpec loss = spec(LossKind::program, outputs);
      loss.program = &program;
      compare({.rows = 300, .columns = 6, .sparse = sparse}, loss);
    }
  const RowProgram large = some_program(2, 20);
  ASSERT_GT(large.registers, 32);
  LossSpec loss = spec(LossKind::program, 2);
  loss.program = &large;
  loss.curvature = CurvatureRule::absolute;
  compare({.rows = 200, .columns = 6}, loss);
}

TEST_F(CudaEvaluate, GradientsThatTheTapeGives) {
  for (const std::int32_t outputs : {1, 3})
    for (const bool sparse : {false, true}) {
      const DesignData<double> data({.rows = 300, .columns = 6, .sparse = sparse});
      const Evaluated found = compare_as(data, spec(LossKind::tape, outputs));
      EXPECT_EQ(found.scores[5], -7);
      EXPECT_EQ(found.mean_loss[0], -7);
    }
  compare_as(DesignData<double>({.rows = 100, .columns = 2}), spec(LossKind::tape, 70));
}

TEST_F(CudaEvaluate, RowsOfWeightZeroCountAsNone) {
  for (const bool sparse : {false, true}) {
    DesignData<double> data({.rows = 300, .columns = 3, .sparse = sparse});
    data.labels[7] = std::numeric_limits<double>::infinity();  // has weight 0
    for (const LossKind kind : {kind_of<SquaredLoss>, kind_of<LogisticLoss>}) {
      const Evaluated found = compare_as(data, spec(kind));
      for (const double g : found.gradient) EXPECT_TRUE(std::isfinite(g));
      EXPECT_TRUE(std::isfinite(found.mean_loss[0]));
    }
    data.labels[8] = std::numeric_limits<double>::infinity();  // has not
    EXPECT_FALSE(std::isfinite(compare_as(data, spec(kind_of<SquaredLoss>)).mean_loss[0]));
  }
}

}  // namespace
}  // namespace linden::cuda_test
