-- CreateEnum
CREATE TYPE "DeliveryStatus" AS ENUM ('waiting', 'running', 'done', 'failed');

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "hookSecret" TEXT;

-- CreateTable
CREATE TABLE "WebhookDelivery" (
    "id" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "forge" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "deliveryId" TEXT NOT NULL,
    "bodyHash" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "status" "DeliveryStatus" NOT NULL DEFAULT 'waiting',
    "result" JSONB NOT NULL DEFAULT '[]',
    "receivedAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "claimedAt" TIMESTAMP(3),
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "WebhookDelivery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "BranchCheck" (
    "serverId" TEXT NOT NULL,
    "headSha" TEXT,
    "nextAt" TIMESTAMP(3) NOT NULL,
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "BranchCheck_pkey" PRIMARY KEY ("serverId")
);

-- CreateIndex
CREATE INDEX "WebhookDelivery_serverId_receivedAt_idx" ON "WebhookDelivery"("serverId", "receivedAt");

-- CreateIndex
CREATE INDEX "WebhookDelivery_status_receivedAt_idx" ON "WebhookDelivery"("status", "receivedAt");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_serverId_deliveryId_key" ON "WebhookDelivery"("serverId", "deliveryId");

-- CreateIndex
CREATE UNIQUE INDEX "WebhookDelivery_serverId_bodyHash_key" ON "WebhookDelivery"("serverId", "bodyHash");

-- CreateIndex
CREATE INDEX "BranchCheck_nextAt_idx" ON "BranchCheck"("nextAt");

-- AddForeignKey
ALTER TABLE "WebhookDelivery" ADD CONSTRAINT "WebhookDelivery_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "BranchCheck" ADD CONSTRAINT "BranchCheck_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;
