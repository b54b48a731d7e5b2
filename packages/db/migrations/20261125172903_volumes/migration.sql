-- CreateEnum
CREATE TYPE "BackupOrigin" AS ENUM ('manual', 'daily', 'restore', 'upload');

-- CreateEnum
CREATE TYPE "BackupStatus" AS ENUM ('waiting', 'done', 'failed');

-- CreateTable
CREATE TABLE "Volume" (
    "id" TEXT NOT NULL,
    "teamId" TEXT NOT NULL,
    "serverId" TEXT,
    "madeFor" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "generation" INTEGER NOT NULL DEFAULT 1,
    "maxBytes" BIGINT,
    "usedBytes" BIGINT,
    "backupDaily" BOOLEAN NOT NULL DEFAULT false,
    "holder" TEXT,
    "heldUntil" TIMESTAMP(3),
    "restoreId" TEXT,
    "restoreFault" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "removedAt" TIMESTAMP(3),

    CONSTRAINT "Volume_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "VolumeBackup" (
    "id" TEXT NOT NULL,
    "volumeId" TEXT NOT NULL,
    "origin" "BackupOrigin" NOT NULL,
    "status" "BackupStatus" NOT NULL DEFAULT 'waiting',
    "sizeBytes" BIGINT,
    "fault" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "finishedAt" TIMESTAMP(3),

    CONSTRAINT "VolumeBackup_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Volume_serverId_key" ON "Volume"("serverId");

-- CreateIndex
CREATE INDEX "Volume_teamId_idx" ON "Volume"("teamId");

-- CreateIndex
CREATE INDEX "VolumeBackup_volumeId_createdAt_idx" ON "VolumeBackup"("volumeId", "createdAt");

-- AddForeignKey
ALTER TABLE "Volume" ADD CONSTRAINT "Volume_teamId_fkey" FOREIGN KEY ("teamId") REFERENCES "Team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Volume" ADD CONSTRAINT "Volume_serverId_fkey" FOREIGN KEY ("serverId") REFERENCES "Server"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "VolumeBackup" ADD CONSTRAINT "VolumeBackup_volumeId_fkey" FOREIGN KEY ("volumeId") REFERENCES "Volume"("id") ON DELETE CASCADE ON UPDATE CASCADE;
