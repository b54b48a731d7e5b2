-- AlterTable
ALTER TABLE "OauthClient" ADD COLUMN     "serviceAccountId" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "OauthClient_serviceAccountId_key" ON "OauthClient"("serviceAccountId");

-- AddForeignKey
ALTER TABLE "OauthClient" ADD CONSTRAINT "OauthClient_serviceAccountId_fkey" FOREIGN KEY ("serviceAccountId") REFERENCES "ServiceAccount"("id") ON DELETE CASCADE ON UPDATE CASCADE;
