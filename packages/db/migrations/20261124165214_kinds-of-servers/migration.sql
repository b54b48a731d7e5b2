-- CreateEnum
CREATE TYPE "Source" AS ENUM ('git', 'settings');

-- CreateEnum
CREATE TYPE "InspectionStatus" AS ENUM ('queued', 'running', 'done', 'failed');

-- AlterTable
ALTER TABLE "Server" ADD COLUMN     "document" TEXT,
ADD COLUMN     "routing" JSONB NOT NULL DEFAULT '{}',
ADD COLUMN     "source" "Source" NOT NULL DEFAULT 'git';

-- AlterTable
ALTER TABLE "Instance" ADD COLUMN     "remote" JSONB;

-- CreateTable
CREATE TABLE "Inspection" (
    "id" TEXT NOT NULL,
    "teamId" TEXT NOT NULL,
    "repoUrl" TEXT NOT NULL,
    "branch" TEXT NOT NULL,
    "status" "InspectionStatus" NOT NULL DEFAULT 'queued',
    "result" JSONB,
    "failure" JSONB,
    "createdById" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "Inspection_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Inspection_teamId_createdAt_idx" ON "Inspection"("teamId", "createdAt");

-- CreateIndex
CREATE INDEX "Inspection_status_idx" ON "Inspection"("status");

-- AddForeignKey
ALTER TABLE "Inspection" ADD CONSTRAINT "Inspection_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;
