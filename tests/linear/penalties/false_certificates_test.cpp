// No gap is below the distance: a tenth of the problems of every_certificate_test.cpp.
#include "linear/penalties/false_certificates.hpp"

namespace linden {
namespace {

class FalseCertificates : public testing::TestWithParam<unsigned> {};

TEST_P(FalseCertificates, AreNotAmongTwoHundredProblems) { expect_true_certificates(GetParam(), 200, 8); }

INSTANTIATE_TEST_SUITE_P(Shards, FalseCertificates, testing::Range(0u, 8u));

}  // namespace
}  // namespace linden
