-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "formerHash" TEXT,
ADD COLUMN     "formerUntil" TIMESTAMP(3),
ADD COLUMN     "uses" JSONB;

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "policy" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "RequestLog" ADD COLUMN     "refusedBy" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "ApiKey_formerHash_key" ON "ApiKey"("formerHash");
