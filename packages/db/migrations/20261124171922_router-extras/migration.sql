-- AlterTable
ALTER TABLE "ApiKey" ADD COLUMN     "limits" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "RouterNode" ADD COLUMN     "lostRows" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "RequestLog" ADD COLUMN     "requestBody" TEXT,
ADD COLUMN     "responseBody" TEXT;

-- CreateTable
CREATE TABLE "Domain" (
    "id" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "hostname" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "verifiedAt" TIMESTAMP(3),

    CONSTRAINT "Domain_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Domain_hostname_idx" ON "Domain"("hostname");

-- CreateIndex
CREATE UNIQUE INDEX "Domain_serverId_hostname_key" ON "Domain"("serverId", "hostname");

-- AddForeignKey
ALTER TABLE "Domain" ADD CONSTRAINT "Domain_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- A name leads to one server; anyone may claim it, whoever proves it first has it.
CREATE UNIQUE INDEX "Domain_verified_hostname_key" ON "Domain"("hostname") WHERE "verifiedAt" IS NOT NULL;
