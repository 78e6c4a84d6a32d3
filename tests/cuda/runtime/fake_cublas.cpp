// The functions that Linden looks for in cuBLAS, in a library whose handles can be made (STATUS 0) or cannot.
extern "C" {
int cublasCreate_v2(void** handle) { return *handle = nullptr, STATUS; }
int cublasDestroy_v2(void*) { return 0; }
int cublasSetStream_v2(void*, void*) { return 0; }
int cublasSetWorkspace_v2(void*, void*, unsigned long) { return 0; }
const char* cublasGetStatusString(int) { return STATUS == 0 ? "working" : "broken"; }
int cublasSgemmStridedBatched_64() { return 0; }
int cublasDgemmStridedBatched_64() { return 0; }
}
