// Gradients of rankings on the device: the bytes of the CPU's, for every loss, with biases of places and without.
#include <cmath>
#include <limits>

#include "cuda/device.hpp"
#include "loss/ranked_rows.hpp"

namespace linden::cuda_test {
namespace {

struct Result {
  std::vector<float> slopes, curvatures;
  std::vector<double> biases;
  GradientRange range;
};

class CudaGroupGradients : public DeviceTest {
 protected:
  Result on_cpu(const LossSpec& spec, const RankedRows& rows, bool weighted, bool biased) {
    Result r = empty(rows, biased);
    const std::vector<double> scales = rows.scales(spec), discounts = rows.discounts();
    std::vector<double> scratch(static_cast<std::size_t>(cpu_backend().tree.group_scratch(cpu(), rows.longest())) / 8 +
                                1);
    GroupGradientTask task = task_of(spec, rows, r);
    task.row.scores = rows.scores.data();
    task.row.labels = rows.labels.data();
    task.row.weights = weighted ? rows.weights.data() : nullptr;
    task.row.gradients = r.slopes.data();
    task.row.curvatures = r.curvatures.data();
    task.starts = rows.starts.data();
    task.scales = scales.data();
    task.discounts = discounts.data();
    task.biases = biased ? r.biases.data() : nullptr;
    task.scratch = scratch.data();
    cpu_backend().tree.group_gradients(cpu(), task);
    return r;
  }

  Result on_device(const LossSpec& spec, const RankedRows& rows, bool weighted, bool biased) {
    Result r = empty(rows, biased);
    EXPECT_EQ(device_backend().tree.group_scratch(context(), rows.longest()), 0);
    const auto scores = upload(rows.scores), labels = upload(rows.labels), weights = upload(rows.weights),
               scales = upload(rows.scales(spec)), discounts = upload(rows.discounts()), biases = upload(r.biases);
    const auto starts = upload(rows.starts);
    const auto slopes = room<float>(rows.rows()), curvatures = room<float>(rows.rows());
    GroupGradientTask task = task_of(spec, rows, r);
    task.row.scores = scores.data();
    task.row.labels = labels.data();
    task.row.weights = weighted ? weights.data() : nullptr;
    task.row.gradients = slopes.data();
    task.row.curvatures = curvatures.data();
    task.starts = starts.data();
    task.scales = scales.data();
    task.discounts = discounts.data();
    task.biases = biased ? biases.data() : nullptr;
    device_backend().tree.group_gradients(context(), task);
    r.slopes = download(slopes);
    r.curvatures = download(curvatures);
    r.biases = download(biases);
    return r;
  }

  void expect_same(const Loss& loss, const RankedRows& rows) {
    const LossSpec& spec = loss.definition().spec;
    for (const bool weighted : {false, true})
      for (const bool biased : {false, true}) {
        const Result wanted = on_cpu(spec, rows, weighted, biased), found = on_device(spec, rows, weighted, biased);
        EXPECT_EQ(wanted.range.first_bad_row, found.range.first_bad_row) << loss.name();
        if (wanted.range.first_bad_row >= 0) continue;  // the rest of a fit that is refused does not matter
        EXPECT_TRUE(same_bytes(wanted.slopes, found.slopes)) << loss.name();
        EXPECT_TRUE(same_bytes(wanted.curvatures, found.curvatures)) << loss.name();
        EXPECT_TRUE(same_bytes(wanted.biases, found.biases)) << loss.name();
        EXPECT_EQ(wanted.range.max_gradient, found.range.max_gradient) << loss.name();
        EXPECT_EQ(wanted.range.max_curvature, found.range.max_curvature) << loss.name();
      }
  }

 private:
  static Result empty(const RankedRows& rows, bool biased) {
    Result r{std::vector<float>(rows.scores.size(), -1), std::vector<float>(rows.scores.size(), -1), {}, {-1, -1, 7}};
    for (std::int64_t place = 0; biased && place < rows.longest(); ++place) r.biases.push_back(0.1 * double(place % 7));
    return r;
  }

  static GroupGradientTask task_of(const LossSpec& spec, const RankedRows& rows, Result& r) {
    GroupGradientTask task;
    task.row.loss = spec;
    task.row.rows = rows.rows();
    task.row.ranges = &r.range;
    task.groups = rows.groups();
    task.longest = rows.longest();
    task.bias_rate = 0.2;
    task.seed = 3;
    task.round = 9;
    return task;
  }
};

TEST_F(CudaGroupGradients, OfEveryLossAreTheBytesOfTheCpu) {
  for (const Loss& loss : group_losses()) {
    expect_same(loss, RankedRows({1, 2, 31, 32, 33, 5, 150, 64, 65, 1}, 1));
    expect_same(loss, RankedRows({1}, 2));
  }
}

TEST_F(CudaGroupGradients, OfMoreGroupsThanTheGrid) {
  std::vector<int> sizes;
  for (int i = 0; i < 400; ++i) sizes.push_back(1 + i % 4);
  for (const Loss& loss : {loss::lambdarank(), loss::xendcg()}) expect_same(loss, RankedRows(sizes, 3));
}

TEST_F(CudaGroupGradients, NameTheFirstRowThatIsNotFinite) {
  RankedRows rows({6, 5, 9}, 8);
  rows.scores[8] = std::numeric_limits<double>::quiet_NaN();
  rows.scores[13] = std::numeric_limits<double>::infinity();
  for (const Loss& loss : {loss::pairwise(), loss::xendcg(), loss::lambdarank()}) expect_same(loss, rows);
}

}  // namespace
}  // namespace linden::cuda_test
