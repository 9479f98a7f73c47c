/**
 * Where figures come from. A value in the catalogue names its source by id, and `SourceId` is the type of those ids, so a
 * source that is not listed here does not compile.
 */

import { DATA_SOURCES } from "./data-sources";

export interface Source {
  readonly title: string;
  /** Absent for a printed or bundled document that has no stable address. */
  readonly url?: string;
  /** Page, table, column, file or commit inside the source. */
  readonly locator: string;
  /** When the source itself appeared, where it says so. */
  readonly published?: string;
  /** The day one of us last took a figure from it. */
  readonly accessed: string;
}

const ACCESSED = "2026-11-23";

export const SOURCES = {
  ...DATA_SOURCES,
  "open-clip-configs": {
    title: "open_clip model configurations",
    url: "https://github.com/mlfoundations/open_clip",
    locator: "src/open_clip/model_configs at 89fb801f",
    accessed: ACCESSED,
  },
  "open-clip-code": {
    title: "open_clip 3.3.0",
    url: "https://github.com/mlfoundations/open_clip",
    locator: "model.py, transformer.py, modified_resnet.py, timm_model.py, pretrained.py",
    accessed: ACCESSED,
  },
  "open-clip-profile": {
    title: "open_clip model profile",
    url: "https://github.com/mlfoundations/open_clip",
    locator: "docs/model_profile.csv",
    accessed: ACCESSED,
  },
  "timm-code": {
    title: "timm 1.0.29",
    url: "https://github.com/huggingface/pytorch-image-models",
    locator: "timm/models/vision_transformer.py, timm/layers/attention_pool.py",
    accessed: ACCESSED,
  },
  "transformers-code": {
    title: "transformers 5.18.0",
    url: "https://github.com/huggingface/transformers",
    locator: "models/clip/configuration_clip.py, modeling_clip.py",
    accessed: ACCESSED,
  },
  "torch-device-properties": {
    title: "Values that PyTorch prints about a device",
    locator: "torch.cuda.get_device_properties and out-of-memory messages in public logs",
    accessed: ACCESSED,
  },
  "lambda-driver-logs": {
    title: "Lambda deep learning benchmark: system reports",
    url: "https://github.com/lambdal/deeplearning-benchmark",
    locator: "sys_pytorch.txt at aa5addb6: total memory per driver version",
    accessed: ACCESSED,
  },
  "techpowerup-gpu-database": {
    title: "RightNow GPU database, from TechPowerUp",
    url: "https://github.com/reox007/RightNow-GPU-Database",
    locator: "commit 77fae385: multiprocessors, clocks, L2, TDP, bandwidth",
    accessed: ACCESSED,
  },
  "torch-matmul-contributions": {
    title: "Matrix multiplication rates sent in by users",
    url: "https://github.com/zzc0721/torch-performance-test-data",
    locator: "database.md at 9d828276: best of square sizes 1024 to 10240, median over contributors",
    accessed: ACCESSED,
  },
  "ml-engineering-accelerators": {
    title: "Machine Learning Engineering: accelerators",
    url: "https://github.com/stas00/ml-engineering",
    locator: "compute/accelerator/README.md at 744d01e1",
    accessed: ACCESSED,
  },
  "ml-engineering-mamf": {
    title: "Machine Learning Engineering: maximum achievable matmul FLOPS",
    url: "https://github.com/stas00/ml-engineering",
    locator: "MAMF table, best shape, PyTorch 2.5 to 2.10",
    accessed: ACCESSED,
  },
  "skypilot-catalog": {
    title: "SkyPilot catalogue",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/vast/vms.csv at 01b8cdda: memory per card",
    accessed: ACCESSED,
  },
  "aiconfigurator-systems": {
    title: "NVIDIA AIConfigurator system descriptions",
    url: "https://github.com/ai-dynamo/aiconfigurator",
    locator: "systems/*.yaml at 095f58a5",
    accessed: ACCESSED,
  },
  "lightning-throughput": {
    title: "Lightning Fabric throughput utility",
    url: "https://github.com/Lightning-AI/pytorch-lightning",
    locator: "utilities/throughput.py, table of CUDA peaks",
    accessed: ACCESSED,
  },
  "olmo-core-notes": {
    title: "OLMo-core speed monitor",
    url: "https://github.com/allenai/OLMo-core",
    locator: "SpeedMonitor, device peaks",
    accessed: ACCESSED,
  },
  "timm-results": {
    title: "timm benchmark results",
    url: "https://github.com/huggingface/pytorch-image-models",
    locator: "results/",
    accessed: ACCESSED,
  },
  "nvidia-p100-datasheet": { title: "NVIDIA Tesla P100 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-v100-datasheet": {
    title: "NVIDIA V100 datasheet",
    url: "https://images.nvidia.com/content/technologies/volta/pdf/volta-v100-datasheet-update-us-1165301-r5.pdf",
    locator: "specifications",
    accessed: ACCESSED,
  },
  "nvidia-t4-datasheet": {
    title: "NVIDIA T4 datasheet",
    url: "https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/tesla-t4/t4-tensor-core-datasheet-951643.pdf",
    locator: "specifications",
    accessed: ACCESSED,
  },
  "nvidia-turing-whitepaper": {
    title: "NVIDIA Turing GPU architecture",
    locator: "WP-09183-001, device tables",
    accessed: ACCESSED,
  },
  "nvidia-ga102-whitepaper": {
    title: "NVIDIA Ampere GA102 GPU architecture",
    url: "https://www.nvidia.com/content/PDF/nvidia-ampere-ga-102-gpu-architecture-whitepaper-v2.pdf",
    locator: "V2.0, device tables",
    accessed: ACCESSED,
  },
  "nvidia-a100-datasheet": {
    title: "NVIDIA A100 Tensor Core GPU datasheet and GA100 whitepaper",
    locator: "specifications; starred rates assume sparsity and are not used",
    accessed: ACCESSED,
  },
  "nvidia-a2-datasheet": { title: "NVIDIA A2 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-a10-datasheet": {
    title: "NVIDIA A10 datasheet",
    url: "https://www.nvidia.com/content/dam/en-zz/Solutions/Data-Center/a10/pdf/a10-datasheet.pdf",
    locator: "specifications",
    accessed: ACCESSED,
  },
  "aws-a10g-datasheet": {
    title: "NVIDIA A10G datasheet for AWS",
    url: "https://d1.awsstatic.com/product-marketing/ec2/NVIDIA_AWS_A10G_DataSheet_FINAL_02_17_2022.pdf",
    locator: "specifications",
    published: "2022-02-17",
    accessed: ACCESSED,
  },
  "aws-g5g": { title: "Amazon EC2 G5g instances", locator: "product page", accessed: ACCESSED },
  "nvidia-a16-datasheet": { title: "NVIDIA A16 datasheet", locator: "specifications per GPU", accessed: ACCESSED },
  "nvidia-a30-datasheet": { title: "NVIDIA A30 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-a40-datasheet": { title: "NVIDIA A40 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-rtx-a4000-datasheet": { title: "NVIDIA RTX A4000 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-ada-whitepaper": {
    title: "NVIDIA Ada GPU architecture",
    url: "https://images.nvidia.com/aem-dam/Solutions/Data-Center/l4/nvidia-ada-gpu-architecture-whitepaper-v2.1.pdf",
    locator: "V2, Appendix A",
    accessed: ACCESSED,
  },
  "nvidia-rtx-ada-datasheets": {
    title: "NVIDIA RTX 2000, 4000, 4500 and 5000 Ada Generation datasheets",
    locator: "specifications; fp8 rates with sparsity, divided by four",
    accessed: ACCESSED,
  },
  "nvidia-l4-datasheet": { title: "NVIDIA L4 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-l40-datasheet": { title: "NVIDIA L40 datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-l40s-datasheet": { title: "NVIDIA L40S datasheet", locator: "specifications", accessed: ACCESSED },
  "nvidia-h100-datasheet": {
    title: "NVIDIA H100 Tensor Core GPU datasheet and GH100 whitepaper",
    locator: "specifications; rates with sparsity are halved",
    accessed: ACCESSED,
  },
  "nvidia-h200-datasheet": {
    title: "NVIDIA H200 datasheet",
    locator: "specifications; rates with sparsity are halved",
    accessed: ACCESSED,
  },
  "nvidia-blackwell-whitepaper": {
    title: "NVIDIA RTX Blackwell GPU architecture",
    url: "https://images.nvidia.com/aem-dam/Solutions/geforce/blackwell/nvidia-rtx-blackwell-gpu-architecture.pdf",
    locator: "Table 3",
    accessed: ACCESSED,
  },
  "nvidia-blackwell-pro-whitepaper": {
    title: "NVIDIA RTX Blackwell PRO GPU architecture",
    url: "https://www.nvidia.com/content/dam/en-zz/Solutions/design-visualization/quadro-product-literature/NVIDIA-RTX-Blackwell-PRO-GPU-Architecture-v1.0.pdf",
    locator: "V1.0, Table 4",
    accessed: ACCESSED,
  },
  "amd-instinct-datasheets": {
    title: "AMD Instinct datasheets",
    locator: "MI210, MI250X, MI300X, MI325X, MI355X: specifications",
    accessed: ACCESSED,
  },
  "amd-radeon-product-pages": { title: "AMD Radeon product pages", locator: "specifications", accessed: ACCESSED },
  "intel-ark": { title: "Intel ARK", locator: "INT8 rates; fp16 is half", accessed: ACCESSED },
  "intel-gaudi-white-papers": {
    title: "Intel Gaudi 2 and Gaudi 3 white papers",
    locator: "specifications",
    accessed: ACCESSED,
  },
  "apple-newsroom": {
    title: "Apple newsroom",
    locator: "bandwidth per chip; arithmetic rates are unofficial",
    accessed: ACCESSED,
  },
  "google-tpu-docs": { title: "Google Cloud TPU documentation", locator: "system architecture", accessed: ACCESSED },
  "gpu-pricing-offerings": {
    title: "GPU pricing, collected from providers' pages",
    url: "https://github.com/tardellirs/gpu-pricing",
    locator: "src/data/offerings.json at 8f09a680",
    published: "2026-05-24",
    accessed: ACCESSED,
  },
  "karpenter-aws-prices": {
    title: "Karpenter provider for AWS: price list",
    url: "https://github.com/aws/karpenter-provider-aws",
    locator: "pkg/providers/pricing/zz_generated.pricing_aws.go",
    published: "2026-07-20",
    accessed: ACCESSED,
  },
  "karpenter-azure-prices": {
    title: "Karpenter provider for Azure: price list, cheapest region",
    url: "https://github.com/Azure/karpenter-provider-azure",
    locator: "pkg/providers/pricing/zz_generated.pricing.go",
    published: "2026-06-18",
    accessed: ACCESSED,
  },
  "karpenter-gcp-prices": {
    title: "Karpenter provider for GCP: price list, cheapest region",
    url: "https://github.com/cloudpilot-ai/karpenter-provider-gcp",
    locator: "pkg/providers/pricing/initial-prices.json at 373e2baa",
    published: "2026-08-03",
    accessed: ACCESSED,
  },
  "full-stack-cloud-gpus": {
    title: "The Full Stack: cloud GPUs",
    url: "https://github.com/the-full-stack/website",
    locator: "docs/cloud-gpus/cloud-gpus.csv at 2bddc6d5",
    published: "2025-03-07",
    accessed: ACCESSED,
  },
  "oci-pricing-raw": {
    title: "GPU pricing, raw rows of OCI",
    url: "https://github.com/sooddvs/gpu-pricing",
    locator: "gpu_pricing_raw.csv at 2d9dd3a3",
    published: "2026-06-15",
    accessed: ACCESSED,
  },
  "skypilot-prices-cudo": {
    title: "SkyPilot catalogue: CUDO",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/cudo/vms.csv at 113567a7",
    accessed: ACCESSED,
  },
  "skypilot-prices-hyperstack": {
    title: "SkyPilot catalogue: Hyperstack",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/hyperstack/vms.csv at fdc9d908",
    accessed: ACCESSED,
  },
  "skypilot-prices-jarvislabs": {
    title: "SkyPilot catalogue: JarvisLabs",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/jarvislabs/vms.csv at 57d65781",
    accessed: ACCESSED,
  },
  "skypilot-prices-lambda": {
    title: "SkyPilot catalogue: Lambda",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/lambda/vms.csv at 0f407038",
    accessed: ACCESSED,
  },
  "skypilot-prices-nebius": {
    title: "SkyPilot catalogue: Nebius",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/nebius/vms.csv at 0082b043",
    accessed: ACCESSED,
  },
  "skypilot-prices-runpod": {
    title: "SkyPilot catalogue: RunPod",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/runpod/vms.csv at 01acdfd4",
    accessed: ACCESSED,
  },
  "skypilot-prices-vast": {
    title: "SkyPilot catalogue: Vast",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/vast/vms.csv at 01b8cdda",
    accessed: ACCESSED,
  },
  "skypilot-prices-verda": {
    title: "SkyPilot catalogue: Verda",
    url: "https://github.com/skypilot-org/skypilot-catalog",
    locator: "catalogs/v8/verda/vms.csv at 000c1d0b",
    accessed: ACCESSED,
  },
} as const satisfies Record<string, Source>;

export type SourceId = keyof typeof SOURCES;

// Sound: the keys of an object literal that nothing extends.
export const SOURCE_IDS = Object.keys(SOURCES) as [SourceId, ...SourceId[]];
