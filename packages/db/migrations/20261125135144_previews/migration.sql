-- AlterEnum
-- This migration adds more than one value to an enum.
-- With PostgreSQL versions 11 and earlier, this is not possible
-- in a single migration. This can be worked around by creating
-- multiple migrations, each migration adding only one value to
-- the enum.


ALTER TYPE "Trigger" ADD VALUE 'webhook';
ALTER TYPE "Trigger" ADD VALUE 'check';
ALTER TYPE "Trigger" ADD VALUE 'promote';

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "pushing" JSONB NOT NULL DEFAULT '{}';

-- AlterTable
ALTER TABLE "Deployment" ADD COLUMN     "previewId" TEXT;

-- CreateTable
CREATE TABLE "Preview" (
    "id" TEXT NOT NULL,
    "serverId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "ref" TEXT NOT NULL,
    "request" INTEGER,
    "fork" TEXT,
    "pendingSha" TEXT,
    "pendingMessage" TEXT,
    "deploymentId" TEXT,
    "version" BIGINT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Preview_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Preview_deploymentId_key" ON "Preview"("deploymentId");

-- CreateIndex
CREATE INDEX "Preview_expiresAt_idx" ON "Preview"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "Preview_serverId_name_key" ON "Preview"("serverId", "name");

-- CreateIndex
CREATE UNIQUE INDEX "Preview_serverId_ref_key" ON "Preview"("serverId", "ref");

-- CreateIndex
CREATE INDEX "Deployment_previewId_idx" ON "Deployment"("previewId");

-- AddForeignKey
ALTER TABLE "Preview" ADD CONSTRAINT "Preview_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Preview" ADD CONSTRAINT "Preview_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "Deployment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_previewId_fkey" FOREIGN KEY ("previewId") REFERENCES "Preview"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One live deployment a server, and one a preview.
DROP INDEX "Deployment_one_live";
CREATE UNIQUE INDEX "Deployment_one_live" ON "Deployment" ("serverId", COALESCE("previewId", '')) WHERE status = 'live';
ALTER TABLE "Deployment" ADD CONSTRAINT "Deployment_kind" CHECK ((kind = 'preview') = ("previewId" IS NOT NULL));
