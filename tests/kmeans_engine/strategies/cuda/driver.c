// A driver of a GPU that is none: memory is the processor's, copies are made, launches do nothing, and
// a graph repeats the copies that were recorded. So the host's side of a run, with all packages that it
// goes through, works where there is no GPU. Calls are written to stderr if FAKE_LOG is set; FAKE_FAIL
// names one that fails, with FAKE_CODE; FAKE_CC, FAKE_COUNT, FAKE_VERSION: what the driver says of
// itself. FAKE_HALF: where `Task.half` is, for the answer to probe.cu.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
typedef int R; typedef unsigned long long P;
static int logging(void){ static int l=-1; if(l<0) l=getenv("FAKE_LOG")!=0; return l; }
static int fails(const char*n){ const char*f=getenv("FAKE_FAIL"); return f && strcmp(f,n)==0; }
#define E(name) do{ if(logging()) fprintf(stderr,"CU %s\n",name); if(fails(name)) { const char*c=getenv("FAKE_CODE"); return c?atoi(c):999; } }while(0)
R cuInit(unsigned f){E("cuInit");return 0;}
R cuDriverGetVersion(int*v){E("cuDriverGetVersion");const char*e=getenv("FAKE_VERSION");*v=e?atoi(e):13000;return 0;}
R cuDeviceGetCount(int*n){E("cuDeviceGetCount");const char*e=getenv("FAKE_COUNT");*n=e?atoi(e):1;return 0;}
R cuDeviceGet(int*d,int i){E("cuDeviceGet");*d=i;return 0;}
R cuDeviceGetName(char*s,int n,int d){E("cuDeviceGetName");snprintf(s,n,"Fake H100");return 0;}
R cuDeviceGetUuid_v2(char*u,int d){E("cuDeviceGetUuid");memset(u,7,16);return 0;}
R cuDeviceGetUuid(char*u,int d){return cuDeviceGetUuid_v2(u,d);}
R cuDeviceTotalMem_v2(size_t*b,int d){*b=80ull<<30;return 0;}
R cuDeviceGetAttribute(int*v,int a,int d){E("cuDeviceGetAttribute");const char*c=getenv("FAKE_CC");int cc=c?atoi(c):90;
 switch(a){case 75:*v=cc/10;break;case 76:*v=cc%10;break;case 16:*v=132;break;case 97:*v=227<<10;break;case 8:*v=48<<10;break;case 1:*v=1024;break;case 10:*v=32;break;case 2:case 3:*v=1024;break;case 4:*v=64;break;case 5:*v=2147483647;break;case 6:case 7:*v=65535;break;case 41:*v=1;break;case 12:*v=65536;break;default:*v=1;}return 0;}
static P ctx=0x1000; static __thread P stack[64]; static __thread int depth=0;
R cuDevicePrimaryCtxRetain(P*c,int d){E("cuDevicePrimaryCtxRetain");*c=ctx;return 0;}
R cuDevicePrimaryCtxRelease_v2(int d){return 0;} R cuDevicePrimaryCtxReset_v2(int d){return 0;}
R cuDevicePrimaryCtxGetState(int d,unsigned*f,int*a){*f=0;*a=1;return 0;}
R cuDevicePrimaryCtxSetFlags_v2(int d,unsigned f){return 0;}
R cuCtxGetCurrent(P*c){E("cuCtxGetCurrent");*c=depth?stack[depth-1]:0;return 0;}
R cuCtxSetCurrent(P c){E("cuCtxSetCurrent");if(depth)stack[depth-1]=c;else stack[depth++]=c;return 0;}
R cuCtxPushCurrent_v2(P c){E("cuCtxPushCurrent");stack[depth++]=c;return 0;}
R cuCtxPopCurrent_v2(P*c){E("cuCtxPopCurrent");if(depth)*c=stack[--depth];return 0;}
R cuCtxGetDevice(int*d){E("cuCtxGetDevice");if(!depth)return 201;*d=0;return 0;}
R cuCtxSynchronize(void){E("cuCtxSynchronize");return 0;}
R cuCtxGetApiVersion(P c,unsigned*v){*v=3020;return 0;}
R cuCtxGetId(P c,unsigned long long*v){*v=1;return 0;}
R cuMemGetInfo_v2(size_t*f,size_t*t){E("cuMemGetInfo");const char*e=getenv("FAKE_FREE");*f=e?strtoull(e,0,10):70ull<<30;*t=80ull<<30;return 0;}
R cuMemAlloc_v2(P*p,size_t n){E("cuMemAlloc");if(!n)return 1;*p=(P)aligned_alloc(512,(n+511)/512*512);memset((void*)*p,0,n);return 0;}
R cuMemFree_v2(P p){E("cuMemFree");free((void*)p);return 0;}
R cuMemHostAlloc(void**p,size_t n,unsigned f){E("cuMemHostAlloc");if(!n)return 1;*p=aligned_alloc(512,(n+511)/512*512);memset(*p,0xab,n);return 0;}
R cuMemAllocHost_v2(void**p,size_t n){return cuMemHostAlloc(p,n,0);}
R cuMemFreeHost(void*p){E("cuMemFreeHost");free(p);return 0;}
R cuMemHostRegister_v2(void*p,size_t n,unsigned f){E("cuMemHostRegister");return 0;} R cuMemHostUnregister(void*p){return 0;}
R cuMemcpyHtoD_v2(P d,const void*s,size_t n){E("cuMemcpyHtoD");memcpy((void*)d,s,n);return 0;}
static int cap=0,nc=0; static struct{char*d;char*s;size_t n;}cp[64]; static int rec(void*d,const void*s,size_t n){if(cap&&nc<64){cp[nc].d=d;cp[nc].s=(char*)s;cp[nc++].n=n;return 1;}return 0;}
R cuStreamBeginCapture_v2(P s,int m){E("cuStreamBeginCapture");cap=1;nc=0;return 0;}
R cuStreamEndCapture(P s,P*g){cap=0;E("cuStreamEndCapture");*g=0x99;return 0;}
R cuGraphInstantiateWithFlags(P*e,P g,unsigned long long f){E("cuGraphInstantiate");*e=0x98;return 0;}
R cuGraphLaunch(P e,P s){E("cuGraphLaunch");for(int i=0;i<nc;i++)memcpy(cp[i].d,cp[i].s,cp[i].n);return 0;}
R cuGraphDestroy(P g){E("cuGraphDestroy");return 0;} R cuGraphExecDestroy(P g){E("cuGraphExecDestroy");return 0;}
R cuMemcpyHtoDAsync_v2(P d,const void*s,size_t n,P st){E("cuMemcpyHtoDAsync");if(rec((void*)d,s,n))return 0;memcpy((void*)d,s,n);return 0;}
R cuMemcpyDtoH_v2(void*d,P s,size_t n){E("cuMemcpyDtoH");memcpy(d,(void*)s,n);return 0;}
R cuMemcpyDtoHAsync_v2(void*d,P s,size_t n,P st){E("cuMemcpyDtoHAsync");if(rec(d,(void*)s,n))return 0;memcpy(d,(void*)s,n);return 0;}
R cuMemcpyDtoD_v2(P d,P s,size_t n){E("cuMemcpyDtoD");memcpy((void*)d,(void*)s,n);return 0;}
R cuMemcpyDtoDAsync_v2(P d,P s,size_t n,P st){E("cuMemcpyDtoDAsync");memcpy((void*)d,(void*)s,n);return 0;}
static P next_handle=0x100000;
R cuStreamCreate(P*s,unsigned f){E("cuStreamCreate");*s=next_handle+=16;return 0;}
R cuStreamCreateWithPriority(P*s,unsigned f,int p){E("cuStreamCreateWithPriority");*s=next_handle+=16;return 0;}
R cuStreamDestroy_v2(P s){E("cuStreamDestroy");return 0;}
R cuStreamSynchronize(P s){E("cuStreamSynchronize");return 0;}
R cuStreamWaitEvent(P s,P e,unsigned f){E("cuStreamWaitEvent");return 0;}
R cuStreamQuery(P s){return 0;} R cuStreamGetFlags(P s,unsigned*f){*f=0;return 0;} R cuStreamGetCtx(P s,P*c){*c=ctx;return 0;}
R cuEventCreate(P*e,unsigned f){E("cuEventCreate");*e=next_handle+=16;return 0;}
R cuEventDestroy_v2(P e){return 0;}
R cuEventRecord(P e,P s){E("cuEventRecord");return 0;}
R cuEventSynchronize(P e){E("cuEventSynchronize");return 0;}
R cuEventQuery(P e){return 0;}
R cuModuleLoadDataEx(P*m,const void*i,unsigned n,int*o,void**v){E("cuModuleLoadDataEx");*m=next_handle+=16;return 0;}
R cuModuleLoadData(P*m,const void*i){E("cuModuleLoadData");*m=next_handle+=16;return 0;}
R cuModuleUnload(P m){return 0;}
static char*names[4096]; static int n_names;
static P handle_of(const char*n){ names[n_names]=strdup(n); return 0x7000000+n_names++; }
R cuModuleGetFunction(P*f,P m,const char*n){E("cuModuleGetFunction");*f=handle_of(n);return 0;}
R cuLibraryLoadData(P*l,const void*c,int*a,void**b,unsigned n,int*d,void**e,unsigned m){E("cuLibraryLoadData");*l=next_handle+=16;return 0;}
R cuLibraryUnload(P l){return 0;}
R cuLibraryGetKernel(P*k,P l,const char*n){E("cuLibraryGetKernel");*k=handle_of(n);return 0;}
R cuLibraryGetModule(P*k,P l){*k=next_handle+=16;return 0;}
R cuKernelGetFunction(P*f,P k){E("cuKernelGetFunction");*f=k;return 0;}
R cuKernelGetLibrary(P*f,P k){*f=1;return 0;}
R cuKernelGetAttribute(int*v,int a,P k,int d){E("cuKernelGetAttribute");*v=a==0?1024:a==4?32:a==1?0:0;return 0;}
R cuKernelSetAttribute(int a,int v,P k,int d){E("cuKernelSetAttribute");if(logging())fprintf(stderr,"CU  set %d=%d\n",a,v);return 0;}
R cuFuncGetAttribute(int*v,int a,P f){E("cuFuncGetAttribute");*v=a==0?1024:a==4?32:0;return 0;}
R cuFuncSetAttribute(P f,int a,int v){E("cuFuncSetAttribute");return 0;}
R cuLaunchKernel(P f,unsigned gx,unsigned gy,unsigned gz,unsigned bx,unsigned by,unsigned bz,unsigned sh,P s,void**k,void**e){E("cuLaunchKernel");
 if(logging())fprintf(stderr,"CU  launch %.40s grid %u,%u,%u block %u,%u,%u shared %u stream %llx\n",f>=0x7000000?names[f-0x7000000]:"?",gx,gy,gz,bx,by,bz,sh,s);
 if(!depth)return 201; if(!gx||!bx||bx>1024)return 1; 
 if(f>=0x7000000&&strcmp(names[f-0x7000000],"probe")==0){P half; char*t=k[0]; /* Task.half */ memcpy(&half,t+strtol(getenv("FAKE_HALF")?getenv("FAKE_HALF"):"0",0,10),8); if(getenv("FAKE_HALF"))for(int i=0;i<256;i++)((float*)half)[i]=1.0f+0x1p-23f;}
 return 0;}
struct cfg{unsigned gx,gy,gz,bx,by,bz,sh;P s;void*a;unsigned n;};
R cuLaunchKernelEx(struct cfg*c,P f,void**k,void**e){return cuLaunchKernel(f,c->gx,c->gy,c->gz,c->bx,c->by,c->bz,c->sh,c->s,k,e);}
R cuOccupancyMaxActiveBlocksPerMultiprocessor(int*n,P f,int b,size_t d){*n=2;return 0;}
R cuPointerGetAttribute(void*d,int a,P p){E("cuPointerGetAttribute");if(a==1)*(P*)d=ctx;else if(a==2)*(unsigned*)d=2;else if(a==9)*(int*)d=0;else *(P*)d=p;return 0;}
R cuPointerGetAttributes(unsigned n,int*a,void**d,P p){E("cuPointerGetAttributes");for(unsigned i=0;i<n;i++)cuPointerGetAttribute(d[i],a[i],p);return 0;}
R cuMemGetAddressRange_v2(P*b,size_t*n,P p){*b=p;*n=1<<30;return 0;}
R cuGetErrorName(int e,const char**s){*s=e==201?"CUDA_ERROR_INVALID_CONTEXT":e==2?"CUDA_ERROR_OUT_OF_MEMORY":e==100?"CUDA_ERROR_NO_DEVICE":e==1?"CUDA_ERROR_INVALID_VALUE":"CUDA_ERROR_UNKNOWN";return 0;}
R cuGetErrorString(int e,const char**s){*s="a fake error";return 0;}
R cuGetExportTable(void**t,void*id){return 1;}
static R generic(void){ if(logging())fprintf(stderr,"CU GENERIC\n"); return getenv("FAKE_GENERIC")?0:801;}
R cuGetProcAddress_v2(const char*n,void**p,int v,unsigned long long f,int*st){
 char b[256]; void*h; static void*me; if(!me){Dl_info i;dladdr((void*)cuInit,&i);me=dlopen(i.dli_fname,RTLD_NOW);}
 if(fails("cuGetProcAddress"))return 999;
 if(strcmp(n,"cuGetProcAddress")==0){*p=(void*)cuGetProcAddress_v2;if(st)*st=0;return 0;}
 snprintf(b,256,"%s_v2",n); h=dlsym(me,b); if(!h)h=dlsym(me,n);
 if(!h){ if(getenv("FAKE_MISSING"))fprintf(stderr,"missing %s\n",n); h=(void*)generic;}
 *p=h; if(st)*st=0; return 0;}
R cuGetProcAddress(const char*n,void**p,int v,unsigned long long f){return cuGetProcAddress_v2(n,p,v,f,0);}
