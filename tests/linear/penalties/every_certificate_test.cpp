// No gap is below the distance: two thousand random problems.
#include "linear/penalties/false_certificates.hpp"

namespace linden {
namespace {

class EveryCertificate : public testing::TestWithParam<unsigned> {};

TEST_P(EveryCertificate, IsTrueOfTwoThousandProblems) { expect_true_certificates(200 + GetParam(), 2000, 18); }

INSTANTIATE_TEST_SUITE_P(Shards, EveryCertificate, testing::Range(0u, 18u));

}  // namespace
}  // namespace linden
