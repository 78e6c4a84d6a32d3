// Row programs traced from functions of tensors: what they keep once, what no program can say, and that nothing that
// mixes rows is taken for a program.
#include "loss/trace/trace.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <linden/autograd.hpp>
#include <linden/error.hpp>
#include <linden/linalg.hpp>
#include <linden/ops.hpp>
#include <string>
#include <vector>

#include "tensor/node.hpp"
#include "loss/trace/traced.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

std::string obstacle_of(const RowFunction& f, int outputs = 1) { return traced(f, outputs).obstacle; }

TEST(Trace, EqualOperationsAndConstantsAreKeptOnce) {
  const RowProgram p = traced([](const Tensor& s, const Tensor& y) {
                         return square(exp(s) - y) + exp(s) * 2.0 + 2.0 * square(exp(s) - y);
                       }).program;
  EXPECT_EQ(p.constants, 1);
  EXPECT_EQ(p.instructions, 7);  // exp, sub, square, mul, add, mul, add
  EXPECT_EQ(p.registers, 2 + 1 + 7);
  const RowProgram zeros = traced([](const Tensor& s, const Tensor&) { return s * 0.0 + s / -0.0; }).program;
  EXPECT_EQ(zeros.constants, 2);
}

TEST(Trace, LimitsLeadToTheTape) {
  const auto steps = [](int count) {
    return [count](const Tensor& s, const Tensor& y) {
      Tensor t = s - y;
      for (int i = 1; i < count; ++i) t = sigmoid(t);
      return t;
    };
  };
  const Trace longest = traced(steps(256));
  EXPECT_EQ(longest.obstacle, "");
  EXPECT_EQ(longest.program.instructions, 256);
  EXPECT_EQ(obstacle_of(steps(257)), "it has more than 256 operations a row");
  const auto numbers = [](int count) {
    return [count](const Tensor& s, const Tensor&) {
      Tensor t = s;
      for (int i = 0; i < count; ++i) t = t * (1 + 0.01 * i);
      return t;
    };
  };
  EXPECT_EQ(obstacle_of(numbers(64)), "");
  EXPECT_EQ(obstacle_of(numbers(65)), "it has more than 64 constants");
  const RowFunction softmax = [](const Tensor& s, const Tensor& y) {
    return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64));
  };
  // K scores, the label, three for logsumexp, one each for cast, gather and the difference.
  EXPECT_EQ(traced(softmax, 505, LabelKind::classes).program.registers, 512);
  EXPECT_EQ(traced(softmax, 506, LabelKind::classes).obstacle, "it has more than 512 values a row");
  EXPECT_EQ(traced(softmax, 506, LabelKind::classes).mixes_rows, false);
}

TEST(Trace, WhatProgramsCannotSayGoesToTheTapeAndKeepsRowsApart) {
  struct Form {
    int outputs;
    RowFunction f;
    const char* obstacle;
  };
  const Tensor matrix = scattered_tensor({3, 3}, -1, 1);
  const Form forms[] = {
      {3, [](const Tensor& s, const Tensor&) { return sum(square(cumulative_sum(s, 1)), 1); },
       "\"cumulative_sum\" is no operation of row programs"},
      {3, [&](const Tensor& s, const Tensor&) { return sum(square(matmul(s, matrix)), 1); },
       "\"matmul\" is no operation of row programs"},
      {3, [](const Tensor& s, const Tensor&) { return square(max(s, 1)); }, "\"max\" is no operation of row programs"},
      {3, [](const Tensor& s, const Tensor& y) { return square(s.slice(1, 1, 2).squeeze(1) - y); },
       "\"slice\" is no operation of row programs"},
      {3, [](const Tensor& s, const Tensor&) { return sum(square(s.transpose(0, 1)), 0); },
       "\"transpose\" gives shape [3, 7], which does not keep rows apart"},
      {3, [](const Tensor& s, const Tensor&) { return logsumexp(sum(s.unsqueeze(1) * s.unsqueeze(2), 2), 1); },
       "\"logsumexp\" reads values that are not neighbours"},
      {1, [](const Tensor& s, const Tensor& y) { return square(s - y) / static_cast<double>(y.size(0)); },
       "what it does depends on how many rows there are, or on their values"},
      {1, [](const Tensor& s, const Tensor& y) { return square(s - y) / (1 + mean(y.detach()).item()); },
       "what it does depends on how many rows there are, or on their values"},
      {1, [](const Tensor& s, const Tensor& y) { return s.span<double>()[0] > 0 ? square(s - y) : softplus(s); },
       "what it does depends on how many rows there are, or on their values"},
      {1,
       [](const Tensor& s, const Tensor& y) {
         Tensor c = Tensor(2.0).clone();
         const Tensor t = s + c;
         c += 1;  // t does not follow
         return square(t - y);
       },
       "what it does depends on how many rows there are, or on their values"},
      {1, [](const Tensor& s, const Tensor& y) { return square(s.detach() - s) * y; },
       "\"sub\" reads a constant tensor of shape [7], which is no parameter by row"},
      {1, [](const Tensor& s, const Tensor& y) { return sum(y) * square(s); },
       "\"sum\" gives shape [], which does not keep rows apart"},
      {3,
       [](const Tensor& s, const Tensor&) {
         return sum(s.reshape({-1, 3}), 1);
       },
       "\"reshape\" is no operation of row programs"},
  };
  for (const Form& form : forms) {
    const Trace t = traced(form.f, form.outputs);
    EXPECT_EQ(t.obstacle, form.obstacle);
    EXPECT_FALSE(t.mixes_rows) << form.obstacle;
  }
}

TEST(Trace, ATensorOnAnotherTapeIsNoConstant) {
  const Tensor w = Tensor(2.0).set_requires_grad();
  const Tensor v = w * 2;
  for (const Tensor& t : {w, v}) {
    const Trace found = traced([&](const Tensor& s, const Tensor& y) { return square(s * t - y); });
    EXPECT_EQ(found.obstacle, "it reads a tensor that is on the tape already");
    EXPECT_FALSE(found.mixes_rows);
  }
}

TEST(Trace, WhatMixesRowsIsNeverTakenForAProgram) {
  const std::pair<int, RowFunction> forms[] = {
      {1, [](const Tensor& s, const Tensor&) { return square(s - mean(s)); }},
      {1, [](const Tensor& s, const Tensor&) { return square(s - mean(s, 0)); }},
      {1, [](const Tensor& s, const Tensor&) { return square(s - mean(s, 0, true)); }},
      {1, [](const Tensor& s, const Tensor& y) { return square(sort(s).values - y); }},
      {1, [](const Tensor& s, const Tensor& y) { return square(s.select(0, 0) - s) + y; }},
      {1, [](const Tensor& s, const Tensor& y) { return softplus(s - s.slice(0, 0, 1)) - y; }},
      {1, [](const Tensor& s, const Tensor&) { return sum(softplus(s.unsqueeze(1) - s), 1); }},
      {1, [](const Tensor& s, const Tensor&) { return sum(softplus(s.unsqueeze(1) - s.unsqueeze(0)), 1); }},
      {1, [](const Tensor& s, const Tensor&) { return logsumexp(s.unsqueeze(1) + s.unsqueeze(0), 0); }},
      {1, [](const Tensor& s, const Tensor& y) { return sum(square(s.unsqueeze(1) - y), 0); }},
      {1, [](const Tensor& s, const Tensor&) { return square(cumulative_sum(s, 0)); }},
      {1, [](const Tensor& s, const Tensor&) { return square(s - max(s)); }},
      {1, [](const Tensor& s, const Tensor&) { return softplus(s) / logsumexp(s, 0); }},
      {1, [](const Tensor& s,
             const Tensor&) { return square(s + gather(s, 0, cast(Tensor::zeros({s.size(0)}), DType::i64))); }},
      {1, [](const Tensor& s, const Tensor&) { return square(take(s, 0, sort(s).indices)); }},
      {1,
       [](const Tensor& s, const Tensor&) {
         return square(s.slice(0, 0, s.size(0), 1).reshape({1, -1}).select(0, 0)) + relu(s.select(0, 1) - s - 3);
       }},
      {2,
       [](const Tensor& s, const Tensor&) {
         return square(s.reshape({2, -1}).select(0, 1));
       }},
      {2,
       [](const Tensor& s, const Tensor&) {
         return square(s.transpose(0, 1).reshape({-1, 2}).select(1, 0));
       }},
      {2, [](const Tensor& s, const Tensor&) { return sum(s - mean(s, 0), 1) + sum(square(s - mean(s, 0)), 1); }},
      {7, [](const Tensor& s, const Tensor&) { return sum(square(cumulative_sum(s, 0)), 1); }},
      {1, [](const Tensor& s, const Tensor& y) { return sum(square(s - mean(s) - y)); }},
      {1, [](const Tensor& s, const Tensor&) { return mean(s) * mean(s); }},
      {1, [](const Tensor& s, const Tensor&) { return log(sum(exp(s))); }},
      {1, [](const Tensor& s, const Tensor& y) { return sum(y * (logsumexp(s, 0, true) - s)); }},
  };
  int number = 0;
  for (const auto& [outputs, f] : forms) {
    const Trace t = traced(f, outputs);
    EXPECT_NE(t.obstacle, "") << number;
    EXPECT_TRUE(t.mixes_rows) << number << ": " << t.obstacle;
    ++number;
  }
}

TEST(Trace, SumsAndMeansOverRowsAreTheirRows) {
  const RowFunction rows = [](const Tensor& s, const Tensor& y) { return square(s - y); };
  const RowProgram plain = traced(rows).program;
  const auto same = [&](const RowFunction& f, Reduction reduction) {
    const Trace t = traced(f);
    EXPECT_EQ(t.obstacle, "");
    EXPECT_FALSE(t.mixes_rows);
    EXPECT_EQ(t.reduction, reduction);
    EXPECT_EQ(t.program.instructions, plain.instructions);
    EXPECT_EQ(t.program.result, plain.result);
  };
  same([&](const Tensor& s, const Tensor& y) { return mean(rows(s, y)); }, Reduction::mean);
  same([&](const Tensor& s, const Tensor& y) { return sum(rows(s, y)); }, Reduction::sum);
  same([&](const Tensor& s, const Tensor& y) { return sum(rows(s, y), 0); }, Reduction::sum);
  same([&](const Tensor& s, const Tensor& y) { return sum(rows(s, y)) / static_cast<double>(y.size(0)); },
       Reduction::mean);
}

TEST(Trace, PartsOfSumsAreAddedUp) {
  // Of several terms, and of several scores a row.
  const Trace t = traced([](const Tensor& s, const Tensor& y) { return mean(square(s - y)) - 0.25 * mean(y * s); });
  EXPECT_EQ(t.obstacle, "");
  EXPECT_EQ(t.reduction, Reduction::mean);
  const Trace several = traced([](const Tensor& s, const Tensor& y) { return mean(abs(s - y.unsqueeze(1))); }, 3);
  EXPECT_EQ(several.obstacle, "");
  EXPECT_EQ(several.reduction, Reduction::mean);
  EXPECT_EQ(obstacle_of([](const Tensor& s, const Tensor& y) { return mean(square(s - y)) + sum(y * s); }),
            "it adds sums over rows to means");
  EXPECT_EQ(obstacle_of([](const Tensor& s, const Tensor& y) { return exp(mean(square(s - y))); }),
            "it gives one loss for all rows");
  // A number of rows that is written down is none that follows them.
  const Trace seventh = traced([](const Tensor& s, const Tensor& y) { return sum(square(s - y)) / 7.0; });
  EXPECT_EQ(seventh.obstacle, "what it does depends on how many rows there are, or on their values");
  EXPECT_FALSE(seventh.mixes_rows);
}

TEST(Trace, WhatAProgramCannotSayIsASumOrAMeanOnTheTapeToo) {
  const Trace t = traced([](const Tensor& s, const Tensor& y) { return mean(square(max(s, 1) - y)); }, 3);
  EXPECT_EQ(t.obstacle, "\"max\" is no operation of row programs");
  EXPECT_EQ(t.reduction, Reduction::mean);
  EXPECT_FALSE(t.mixes_rows);
}

TEST(Trace, TransposedSquaresOfSevenScoresAreNotTakenForRows) {
  // With as many scores as probe rows, [rows, K] and its transpose would look alike.
  const Trace t = traced([](const Tensor& s, const Tensor&) { return sum(square(s).transpose(0, 1), 0); }, 7);
  EXPECT_EQ(t.obstacle, "\"transpose\" gives shape [7, 11], which does not keep rows apart");
}

TEST(Trace, ResultsOfAnotherShapeAreRefused) {
  const auto message = [](int outputs, const RowFunction& f) {
    return refusal<ShapeError>([&] { traced(f, outputs); });
  };
  EXPECT_EQ(
      message(1, [](const Tensor& s, const Tensor&) { return s.unsqueeze(1); }),
      "loss::custom(\"mine\"): on the 7 made-up rows that it is tried with, scores [7] and labels [7], it gives shape "
      "[7, 1], but it must give one loss a row, [7], or one in all, [].");
  EXPECT_EQ(
      message(3, [](const Tensor& s, const Tensor&) { return s; }),
      "loss::custom(\"mine\"): on the 7 made-up rows that it is tried with, scores [7, 3] and labels [7], it gives "
      "shape [7, 3], but it must give one loss a row, [7], or one in all, [].");
}

TEST(Trace, LossesWithoutTheScoreAreRefused) {
  const RowFunction forms[] = {[](const Tensor&, const Tensor& y) { return square(y); },
                               [](const Tensor&, const Tensor& y) { return Tensor::zeros(y.shape()); },
                               [](const Tensor&, const Tensor&) { return Tensor(1.0); },
                               [](const Tensor& s, const Tensor& y) { return square(s.detach() - y.detach()); }};
  for (const RowFunction& f : forms)
    EXPECT_EQ(refusal<ArgumentError>([&] { traced(f); }),
              "loss::custom(\"mine\"): the loss does not depend on the score.");
}

TEST(Trace, AFunctionThatThrowsOnMadeUpRowsIsLeftToThoseOfTheData) {
  const Trace t = traced([](const Tensor&, const Tensor&) -> Tensor { throw std::runtime_error("mine"); });
  EXPECT_EQ(t.obstacle, "on 7 made-up rows it throws \"mine\"");
  EXPECT_TRUE(t.is_untried);
  EXPECT_TRUE(t.mixes_rows);
  EXPECT_EQ(tape_mode(), TapeMode::on);
}

}  // namespace
}  // namespace linden
